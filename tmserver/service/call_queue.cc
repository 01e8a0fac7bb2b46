#include "tmserver/service/call_queue.h"

#include <grpcpp/alarm.h>

#include <chrono>

#include "tmserver/log.h"
#include "tmserver/service/cork.h"

namespace turbo::service {
namespace {

using Clock = std::chrono::steady_clock;

// For which a reply may wait for others.
constexpr std::chrono::microseconds kLongestRun{400};

// The next event, if it has happened by now.
bool TakeNow(grpc::CompletionQueue& events, void** tag, bool* ok) {
  return events.AsyncNext(tag, ok, gpr_inf_past(GPR_CLOCK_MONOTONIC)) ==
         grpc::CompletionQueue::GOT_EVENT;
}

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
  if (!thread_.joinable()) thread_ = std::thread([this] { HandOut(); });
  Stopping stopping(*this);
  grpc::Alarm now;
  now.Set(events_.get(), std::chrono::system_clock::now(), TagOf(stopping));
  thread_.join();
}

void CallQueue::Start() {
  thread_ = std::thread([this] { HandOut(); });
}

void CallQueue::HandOut() {
  {
    const std::lock_guard lock(mutex_);
    poller_ = std::this_thread::get_id();
  }
  void* tag = nullptr;
  bool ok = false;
  while (Await(&tag, &ok)) {
    const log::Gathering lines;
    // The first is answered at once; then there are many, or none.
    static_cast<Event*>(tag)->Proceed(ok);
    const Cork cork;
    const auto end = Clock::now() + kLongestRun;
    bool goes_on = true;
    while (goes_on && Clock::now() < end) {
      goes_on = SendAnswers();
      if (TakeNow(*events_, &tag, &ok)) {
        static_cast<Event*>(tag)->Proceed(ok);
        goes_on = true;
      }
    }
  }
}

bool CallQueue::Await(void** tag, bool* ok) {
  const auto fall_asleep = [this] {
    const std::lock_guard lock(mutex_);
    awake_ = !answers_.empty();
    return !awake_;
  };
  while (!fall_asleep()) SendAnswers();
  const bool is_there = events_->Next(tag, ok);
  const std::lock_guard lock(mutex_);
  awake_ = true;
  return is_there;
}

void CallQueue::Send(Answer& answer) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_own = poller_ == std::this_thread::get_id();
    if (awake_ && !is_own) return answers_.push_back(&answer);
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

CallQueue::Place::~Place() {
  --queue_.calls_;
  queue_.EndIfOver();
}

}  // namespace turbo::service
