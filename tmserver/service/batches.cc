#include "tmserver/service/batches.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "tmserver/log.h"
#include "tmserver/service/batch.pb.h"
#include "tmserver/service/bytes.h"
#include "tmserver/service/call.h"
#include "tmserver/service/status.h"
#include "tmserver/service/translate.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::service {
namespace {

using Clock = std::chrono::steady_clock;
using mail::Result;

// Many short pauses would cost more than the requests.
constexpr mail::Duration kShortestPause{10};

constexpr int kMostTogether = 1000;  // requests in a message
// Answers in a message: 100 long errors are less than gRPC's 4 MiB.
constexpr int kMostAnswers = 100;

v1::SendManyResponse ResponseOf(const Result<mail::Sent>& sent) {
  v1::SendManyResponse response;
  if (sent) {
    *response.mutable_sent() = ToProto(*sent);
  } else {
    *response.mutable_error() = ToDetails(sent.error());
  }
  return response;
}

mail::Error TooMany() {
  return {mail::ErrorCode::kInvalidArgument,
          "the call has ended: a message of it has at most " +
              std::to_string(kMostTogether) + " requests",
          {},
          {}};
}

mail::Error Idle() {
  return {mail::ErrorCode::kUnavailable,
          "the call has ended: nothing was sent for too long",
          {},
          {}};
}

mail::Error Stopping() {
  return {mail::ErrorCode::kUnavailable, "the server is stopping", {}, {}};
}

}  // namespace

// One call. It lives on while the store has a request of it, and is over only
// then: what the store calls back may need the mailbox.
class Batches::Batch : public std::enable_shared_from_this<Batch> {
 public:
  Batch(Batches& owner, Stream& stream, mail::Caller caller, Framing framing)
      : owner_(owner),
        limits_(owner.limits_),
        framing_(framing),
        stream_(&stream),
        caller_(std::move(caller)) {}

  void Start() {
    {
      const std::lock_guard lock(mutex_);
      Pause(1);
      Step();
    }
    Watch(weak_from_this(), limits_.pulse);
  }

  void Read(grpc::ByteBuffer* bytes) {
    const size_t count = bytes != nullptr ? HandleAll(*bytes) : 0;
    const std::lock_guard lock(mutex_);
    if (bytes == nullptr) closed_ = true;
    reading_ = false;
    moved_ = Clock::now();
    Pause(count);
    Step();
  }

  void Written() {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    moved_ = Clock::now();
    Step();
  }

  void Gone() {
    const std::lock_guard lock(mutex_);
    gone_ = true;
    Step();
  }

  void Stop() {
    const std::lock_guard lock(mutex_);
    Close(Stopping());
    Step();
  }

  void BreakOff() {
    const std::lock_guard lock(mutex_);
    if (stream_ != nullptr) stream_->Cancel();
  }

 private:
  // A request whose answer has not been written yet.
  struct Slot {
    size_t bytes;
    std::optional<v1::SendManyResponse> answer = std::nullopt;
  };

  // Answers for how many requests the message counts: one without any, too.
  // Without the lock: the mailbox may answer at once.
  size_t HandleAll(grpc::ByteBuffer& bytes) {
    if (framing_ == Framing::kOne) {
      if (const auto number = Take({bytes.Length()})) Handle(bytes, *number);
      return 1;
    }
    turbomessage::internal::Batch batch;
    const bool readable = Parse(bytes, batch);
    const int count = batch.requests_size();
    if (!readable || count > kMostTogether) {
      const std::lock_guard lock(mutex_);
      Close(readable ? TooMany() : Unreadable().value());
      return 0;
    }
    std::vector<size_t> sizes;
    for (const std::string& request : batch.requests()) {
      sizes.push_back(request.size());
    }
    if (auto number = Take(sizes)) {
      for (const std::string& request : batch.requests()) {
        Handle(request, (*number)++);
      }
    }
    return std::max<size_t>(sizes.size(), 1);
  }

  // The number of the first of new requests, whose sizes these are; nothing
  // where they come too late.
  std::optional<size_t> Take(const std::vector<size_t>& sizes) {
    const std::lock_guard lock(mutex_);
    if (closed_ || gone_ || !IsStillAllowed()) return std::nullopt;
    const size_t first = first_ + slots_.size();
    for (const size_t size : sizes) {
      slots_.push_back({size});
      unanswered_bytes_ += size;
    }
    unanswered_ += sizes.size();
    return first;
  }

  bool IsStillAllowed() {
    const auto now = Clock::now();
    const uint64_t endings = owner_.sessions_.endings();
    if (now - checked_ < limits_.pulse && endings_ == endings) return true;
    checked_ = now;
    endings_ = endings;
    const auto caller = owner_.sessions_.AuthenticateAgain(caller_);
    if (!caller) Close(caller.error());
    return caller.has_value();
  }

  template <class Bytes>
  void Handle(Bytes& bytes, size_t number) {
    try {
      v1::SendRequest request;
      if (!Parse(bytes, request)) return Answer(number, Unreadable());
      owner_.mailbox_.Send(
          caller_, DraftOf(request), OptionsOf(request),
          [self = shared_from_this(), number](const Result<mail::Sent>& sent) {
            self->Answer(number, sent);
          });
    } catch (const std::exception& e) {
      log::Write(log::Level::kError, "exception",
                 {{"method", "SendMany"}, {"what", e.what()}});
      Answer(number, tl::unexpected(ServerFault()));
    }
  }

  void Answer(size_t number, const Result<mail::Sent>& sent) {
    v1::SendManyResponse answer = ResponseOf(sent);
    const std::lock_guard lock(mutex_);
    if (number < first_ || slots_[number - first_].answer) return;
    Slot& slot = slots_[number - first_];
    slot.answer = std::move(answer);
    unanswered_bytes_ -= slot.bytes;
    --unanswered_;
    Step();
  }

  // Lets the next message wait where the account sends too fast, with so many
  // requests more. With the lock.
  void Pause(size_t requests) {
    mail::Duration wait{0};
    for (; requests > 0 && !closed_ && !gone_; --requests) {
      wait = owner_.sessions_.Pace(caller_);
    }
    if (wait.count() == 0) return;
    pausing_ = true;
    const auto go_on = [self = shared_from_this()] {
      const std::lock_guard lock(self->mutex_);
      self->pausing_ = false;
      self->Step();
    };
    RunSoon(go_on, std::max(wait, kShortestPause));
  }

  void Close(mail::Error error) {
    if (closed_) return;
    closed_ = true;
    error_ = std::move(error);
  }

  // Looks after a call whose peer may do nothing any more.
  static void Watch(std::weak_ptr<Batch> batch,
                    std::chrono::milliseconds pulse) {
    RunSoon(
        [batch = std::move(batch), pulse] {
          const auto self = batch.lock();
          if (self && self->IsGoingOn()) Watch(self, pulse);
        },
        std::max(pulse, kShortestPause));
  }

  bool IsGoingOn() {
    const std::lock_guard lock(mutex_);
    if (stream_ == nullptr) return false;
    const bool is_idle = Clock::now() - moved_ >= limits_.idle;
    if (is_idle && writing_) {
      stream_->Cancel();
    } else if (!closed_ && !gone_ && IsStillAllowed() && is_idle &&
               unanswered_ == 0) {
      Close(Idle());
    }
    Step();
    return stream_ != nullptr;
  }

  // Does all that can be done now. With the lock.
  void Step() {
    if (stream_ == nullptr) return;
    if (gone_) {
      if (unanswered_ == 0) End();
      return;
    }
    if (!writing_ && IsFirstAnswered()) WriteFirst();
    if (!reading_ && !pausing_ && !closed_ &&
        slots_.size() < limits_.requests && unanswered_bytes_ < limits_.bytes) {
      reading_ = true;
      stream_->Read();
    }
    if (closed_ && !writing_ && slots_.empty()) End();
  }

  void WriteFirst() {
    writing_ = true;
    if (framing_ == Framing::kOne) {
      const v1::SendManyResponse answer = TakeFirst();
      return stream_->Write(answer, Next());
    }
    v1::SendBatchesResponse answers;
    do {
      *answers.add_answers() = TakeFirst();
    } while (IsFirstAnswered() && answers.answers_size() < kMostAnswers);
    stream_->Write(answers, Next());
  }

  bool IsFirstAnswered() const {
    return !slots_.empty() && slots_.front().answer;
  }

  v1::SendManyResponse TakeFirst() {
    v1::SendManyResponse answer = *std::move(slots_.front().answer);
    slots_.pop_front();
    ++first_;
    return answer;
  }

  Stream::Next Next() const {
    return IsFirstAnswered() ? Stream::Next::kIsComing : Stream::Next::kUnknown;
  }

  // gRPC wants every call finished, also those that broke off.
  void End() {
    Stream* stream = std::exchange(stream_, nullptr);
    if (error_) return stream->Fail(*error_);
    stream->Finish(grpc::Status::OK);
  }

  Batches& owner_;  // not after the end
  const BatchLimits limits_;
  const Framing framing_;

  std::mutex mutex_;  // guards the rest
  Stream* stream_;    // null once it is over
  const mail::Caller caller_;
  std::deque<Slot> slots_;
  size_t first_ = 0;  // the number of the first slot
  size_t unanswered_ = 0;
  size_t unanswered_bytes_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool pausing_ = false;
  bool closed_ = false;  // no more requests are taken
  bool gone_ = false;    // the call broke off
  std::optional<mail::Error> error_;
  Clock::time_point moved_ = Clock::now();    // read or wrote something
  Clock::time_point checked_ = Clock::now();  // the token
  uint64_t endings_ = 0;                      // as of then
};

class Batches::Handler final : public StreamHandler {
 public:
  Handler(Batches& owner, std::shared_ptr<Batch> batch)
      : owner_(owner), batch_(std::move(batch)) {}
  ~Handler() override {
    const std::lock_guard lock(owner_.mutex_);
    owner_.batches_.erase(batch_);
  }
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  void OnStart() override { batch_->Start(); }
  void OnRead(grpc::ByteBuffer* request) override { batch_->Read(request); }
  void OnWritten() override { batch_->Written(); }
  void OnCancelled() override { batch_->Gone(); }

 private:
  Batches& owner_;
  const std::shared_ptr<Batch> batch_;
};

Batches::Batches(mail::Sessions& sessions, mail::Mailbox& mailbox,
                 BatchLimits limits)
    : sessions_(sessions), mailbox_(mailbox), limits_(limits) {}

std::unique_ptr<StreamHandler> Batches::Open(Stream& stream,
                                             const mail::Caller& caller,
                                             Framing framing) {
  auto batch = std::make_shared<Batch>(*this, stream, caller, framing);
  bool stopped = false;
  {
    const std::lock_guard lock(mutex_);
    batches_.insert(batch);
    stopped = stopped_;
  }
  auto handler = std::make_unique<Handler>(*this, batch);
  if (stopped) batch->Stop();
  return handler;
}

void Batches::Stop() {
  std::vector<std::shared_ptr<Batch>> batches;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
    batches.assign(batches_.begin(), batches_.end());
  }
  for (const auto& batch : batches) batch->Stop();
  RunSoon(
      [batches = std::move(batches)] {
        for (const auto& batch : batches) batch->BreakOff();
      },
      limits_.patience);
}

}  // namespace turbo::service
