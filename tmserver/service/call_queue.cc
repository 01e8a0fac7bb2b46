#include "tmserver/service/call_queue.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "tmserver/log.h"
#include "tmserver/service/cork.h"

namespace turbo::service {
namespace {

using Clock = std::chrono::steady_clock;

// For which a reply may wait for others.
constexpr std::chrono::microseconds kLongestRun{400};

// For which a call has to be the only one, before one may wait.
constexpr std::chrono::milliseconds kQuiet{100};

// For which a queue may wait for a disk, twice as long at most; and for which
// nobody does so again after that.
constexpr std::chrono::milliseconds kLongestWait{5};
constexpr std::chrono::seconds kCaution{1};

// That of the handler which runs in this thread, if it may wait.
thread_local CallQueue* quiet_queue = nullptr;

}  // namespace

struct CallQueue::Stopping final : public Event {
  explicit Stopping(CallQueue& q) : queue(q) {}
  void Proceed(bool) override {
    queue.stopping_ = true;
    queue.EndIfOver();
  }
  CallQueue& queue;
};

CallQueue::CallQueue(grpc::ServerBuilder& builder)
    : events_(builder.AddCompletionQueue()) {}

CallQueue::~CallQueue() {
  if (!threads_.front().joinable()) Start();
  Stopping stopping(*this);
  grpc::Alarm now;
  now.Set(events_.get(), std::chrono::system_clock::now(), TagOf(stopping));
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void CallQueue::Start() {
  for (std::thread& thread : threads_) {
    thread = std::thread([this] { Run(); });
  }
}

void CallQueue::Run() {
  while (AwaitTurn()) HandOut();
}

// Looks at the poller now and then, as long as it waits for disks again and
// again: to be woken for each of them would take longer than many of them.
bool CallQueue::AwaitTurn() {
  std::unique_lock lock(mutex_);
  uint64_t seen = 0;
  while (!over_ && poller_ != std::thread::id()) {
    if (waits_ != seen) {
      seen = waits_;
      turn_.wait_for(lock, kLongestWait, [this] { return over_; });
    } else if (waiting_) {  // still
      crowded_until_ = Clock::now() + kCaution;
      break;
    } else {
      watched_ = false;
      turn_.wait(lock, [this] { return over_ || watched_; });
    }
  }
  poller_ = std::this_thread::get_id();
  waiting_ = false;
  return !over_;
}

void CallQueue::HandOut() {
  while (const auto first = Await()) {
    const log::Gathering lines;
    const auto second = TakeNow();
    is_alone_ = !second;
    if (is_alone_ && !ProceedAlone(*first)) return;
    const Cork cork;
    if (second) {
      first->Proceed();
      second->Proceed();
    }
    ProceedWithMore();
  }
  const std::lock_guard lock(mutex_);
  over_ = true;
  turn_.notify_one();
}

void CallQueue::ProceedWithMore() {
  const auto end = Clock::now() + kLongestRun;
  bool goes_on = true;
  while (goes_on && Clock::now() < end) {
    goes_on = SendAnswers();
    if (const auto next = TakeNow()) {
      next->Proceed();
      goes_on = true;
    }
  }
}

bool CallQueue::ProceedAlone(const Happened& event) {
  event.Proceed();
  if (std::exchange(quiet_queue, nullptr) != nullptr) {
    const std::lock_guard lock(mutex_);
    if (poller_ != std::this_thread::get_id()) return false;
    waiting_ = false;
  }
  is_alone_ = false;
  return true;
}

bool CallQueue::MayWait() {
  return quiet_queue != nullptr && quiet_queue->BeginWait();
}

bool CallQueue::BeginWait() {
  const std::lock_guard lock(mutex_);
  if (waiting_ || poller_ != std::this_thread::get_id() ||
      Clock::now() < crowded_until_) {
    return false;
  }
  waiting_ = true;
  ++waits_;
  if (!std::exchange(watched_, true)) turn_.notify_one();
  return true;
}

std::optional<CallQueue::Happened> CallQueue::Await() {
  const auto fall_asleep = [this] {
    const std::lock_guard lock(mutex_);
    awake_ = !answers_.empty();
    return !awake_;
  };
  while (!fall_asleep()) SendAnswers();
  void* tag = nullptr;
  bool ok = false;
  const bool is_there = events_->Next(&tag, &ok);
  const std::lock_guard lock(mutex_);
  awake_ = true;
  if (!is_there) return std::nullopt;
  return Happened{*static_cast<Event*>(tag), ok};
}

std::optional<CallQueue::Happened> CallQueue::TakeNow() {
  void* tag = nullptr;
  bool ok = false;
  if (events_->AsyncNext(&tag, &ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) !=
      grpc::CompletionQueue::GOT_EVENT) {
    return std::nullopt;
  }
  return Happened{*static_cast<Event*>(tag), ok};
}

void CallQueue::Send(Answer& answer) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_own = poller_ == std::this_thread::get_id();
    if (awake_ && !waiting_ && !is_own) return answers_.push_back(&answer);
  }
  answer.Leave();
}

bool CallQueue::SendAnswers() {
  std::vector<Answer*> answers;
  {
    const std::lock_guard lock(mutex_);
    answers.swap(answers_);
  }
  for (Answer* answer : answers) answer->Leave();
  return !answers.empty();
}

// gRPC takes nothing that is asked of a queue after its Shutdown.
void CallQueue::EndIfOver() {
  if (stopping_ && calls_ == 0) events_->Shutdown();
}

void CallQueue::Place::Begin() {
  has_begun_ = true;
  if (++queue_.begun_ > 1) {
    queue_.crowded_until_ =
        std::max(queue_.crowded_until_, Clock::now() + kQuiet);
  } else if (queue_.is_alone_) {
    quiet_queue = &queue_;
  }
}

CallQueue::Place::~Place() {
  if (has_begun_) --queue_.begun_;
  --queue_.calls_;
  queue_.EndIfOver();
}

}  // namespace turbo::service
