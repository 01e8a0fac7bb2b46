#include "tmserver/service/batches.h"

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/log.h"
#include "tmserver/service/batch.pb.h"
#include "tmserver/service/batch_answers.h"
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

// Requests that the mailbox gets at a time, so that others have their turn.
constexpr size_t kPortion = 100;
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
        caller_(std::move(caller)),
        answers_(owner.sessions_.untaken(), caller_.user) {}

  void Start() {
    HandOut();
    Watch(weak_from_this(), limits_.pulse);
  }

  void Read(grpc::ByteBuffer* bytes) {
    const auto unpacked =
        bytes != nullptr ? Unpack(*bytes) : mail::Result<mail::Nothing>();
    if (bytes != nullptr) bytes->Clear();  // what waits is there once
    {
      const std::lock_guard lock(mutex_);
      moved_ = Clock::now();
      if (!unpacked) Close(unpacked.error());
      if (bytes == nullptr) closed_ = true;
    }
    HandOut();
  }

  void Written() {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    answers_.NoteWritten();
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
  mail::Result<mail::Nothing> Unpack(grpc::ByteBuffer& bytes) {
    if (framing_ == Framing::kOne) {
      *incoming_.add_requests() = TextOf(bytes);
    } else if (!Parse(bytes, incoming_)) {
      return Unreadable();
    } else if (incoming_.requests_size() > kMostTogether) {
      return tl::unexpected(TooMany());
    }
    return mail::Nothing{};
  }

  // Gives the mailbox the requests of the message that was read, as soon as
  // they may go, or none where they come too late; then asks for the next
  // message. One thread at a time; without the lock while the mailbox has them,
  // since it may answer at once.
  void HandOut() {
    std::unique_lock lock(mutex_);
    pausing_ = false;
    if (!closed_ && !gone_ && IsStillAllowed()) {
      const mail::Duration wait = Pay();
      if (wait.count() > 0) {
        pausing_ = true;
        return HandOutLater(std::max(wait, kShortestPause));
      }
      const size_t end = std::min(next_ + std::exchange(paid_, 0), Requests());
      size_t number = AwaitAnswers(end);
      lock.unlock();
      for (; next_ < end; ++next_) {
        Handle(incoming_.requests(static_cast<int>(next_)), number++);
      }
      lock.lock();
      if (next_ < Requests()) return HandOutLater({});
    }
    incoming_ = {};
    next_ = 0;
    reading_ = false;
    Step();
  }

  void HandOutLater(mail::Duration wait) {
    RunSoon([self = shared_from_this()] { self->HandOut(); }, wait);
  }

  size_t Requests() const {
    return static_cast<size_t>(incoming_.requests_size());
  }

  size_t AwaitAnswers(size_t end) {
    std::vector<size_t> sizes;
    for (size_t i = next_; i < end; ++i) {
      sizes.push_back(incoming_.requests(static_cast<int>(i)).size());
    }
    return answers_.Await(sizes);
  }

  // How long the next requests have to wait, where the account sends too fast
  // or too much is kept for it; they count as sent then. The call itself and a
  // message without requests count as one.
  mail::Duration Pay() {
    if (paid_ > 0) return {};
    mail::Sessions& sessions = owner_.sessions_;
    if (!sessions.untaken().Admit(caller_.user)) return limits_.retry;
    const size_t wanted = std::clamp<size_t>(Requests() - next_, 1, kPortion);
    std::optional<mail::Duration> wait;
    while (paid_ < wanted) {
      const auto turn = sessions.Pace(caller_);
      if (!turn) break;
      wait = turn;
      ++paid_;
    }
    return wait.value_or(limits_.retry);
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

  void Handle(const std::string& bytes, size_t number) {
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
    if (answers_.Set(number, std::move(answer))) Step();
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
    } else if (!closed_ && !gone_ && IsStillAllowed() && is_idle && !pausing_ &&
               answers_.unanswered() == 0) {
      Close(Idle());
    }
    Step();
    return stream_ != nullptr;
  }

  // Does all that can be done now. With the lock.
  void Step() {
    if (stream_ == nullptr) return;
    if (gone_) {
      if (answers_.unanswered() == 0) End();
      return;
    }
    if (!writing_ && answers_.IsFirstReady()) WriteFirst();
    if (!reading_ && !closed_ && answers_.size() < limits_.requests &&
        answers_.bytes() < limits_.bytes) {
      reading_ = true;
      stream_->Read();
    }
    if (closed_ && !writing_ && answers_.size() == 0) End();
  }

  void WriteFirst() {
    writing_ = true;
    if (framing_ == Framing::kOne) {
      const v1::SendManyResponse answer = answers_.TakeFirst();
      return stream_->Write(answer, Next());
    }
    v1::SendBatchesResponse answers;
    do {
      *answers.add_answers() = answers_.TakeFirst();
    } while (answers_.IsFirstReady() && answers.answers_size() < kMostAnswers);
    stream_->Write(answers, Next());
  }

  Stream::Next Next() const {
    return answers_.IsFirstReady() ? Stream::Next::kIsComing
                                   : Stream::Next::kUnknown;
  }

  // gRPC wants every call finished, also those that broke off.
  void End() {
    answers_.LetGo();
    Stream* stream = std::exchange(stream_, nullptr);
    if (error_) return stream->Fail(*error_);
    stream->Finish(grpc::Status::OK);
  }

  Batches& owner_;  // not after the end
  const BatchLimits limits_;
  const Framing framing_;

  // Of who hands out the message that was read.
  turbomessage::internal::Batch incoming_;
  size_t next_ = 0;  // the first request that wasn't handed out

  std::mutex mutex_;  // guards the rest
  Stream* stream_;    // null once it is over
  const mail::Caller caller_;
  BatchAnswers answers_;
  size_t paid_ = 0;      // requests that count as sent, and weren't handed out
  bool reading_ = true;  // or handing out; a call begins as an empty message
  bool writing_ = false;
  bool pausing_ = false;  // before handing out
  bool closed_ = false;   // no more requests are taken
  bool gone_ = false;     // the call broke off
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
