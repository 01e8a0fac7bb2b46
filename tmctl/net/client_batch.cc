#include "tmctl/net/client_batch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <utility>
#include <vector>

#include "tmctl/base/files.h"
#include "tmctl/net/channel.h"

namespace turbo::ctl {
namespace {

// Few enough that their time doesn't run out while they wait for each other.
constexpr size_t kMostRequests = 1024;
// A server that answers within kFast is kept busy with more: one more with
// each so many answers.
constexpr std::chrono::milliseconds kFast{200};
constexpr size_t kAnswersForOneMore = 8;
constexpr size_t kMostOfFastServer = 4096;
// A larger request, with what a batch has around it, might be more than the
// server's gRPC takes, which would break off the call for all: it goes in a
// call of its own.
constexpr size_t kMostBytes = (size_t{4} << 20) - 16;
// In one message, unless there is only one that is larger.
constexpr int kMostTogether = 100;
constexpr size_t kMostBytesTogether = size_t{64} << 10;
constexpr int kFarewellMs = 1000;

// No later request of the same caller fares better.
bool ConcernsAll(const Failure& failure) {
  return failure.Exit() == 76 || failure.Exit() == 77;
}

}  // namespace

// One call. gRPC's threads keep it alive until it is over.
class SendMany::Call final
    : public grpc::ClientBidiReactor<v1::SendBatchesRequest,
                                     v1::SendBatchesResponse> {
 public:
  static std::shared_ptr<Call> Begin(v1::Mail::Stub& mail,
                                     const std::string& token) {
    auto call = std::make_shared<Call>();
    call->self_ = call;
    SetToken(token, call->context_);
    mail.async()->SendBatches(&call->context_, call.get());
    call->AddHold();  // writes are begun from outside, until the answers end
    call->StartRead(&call->incoming_);
    call->StartCall();
    return call;
  }

  Call() : wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_.fd() < 0) {
      throw Failure("os_error", WithErrno("can't wait for answers", errno));
    }
  }

  // Can be read when there is news.
  int fd() const { return wake_.fd(); }

  void Write(const std::vector<Request>& requests) {
    const std::lock_guard lock(mutex_);
    waiting_.insert(waiting_.end(), requests.begin(), requests.end());
    WriteNext();
  }

  // After what was written, no more comes.
  void Close() {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    WriteNext();
  }

  void Cancel() { context_.TryCancel(); }

  // How many requests may have left.
  size_t started() {
    const std::lock_guard lock(mutex_);
    return started_;
  }

  struct News {
    std::vector<v1::SendManyResponse> answers;
    std::optional<grpc::Status> end;
  };
  News Take() {
    uint64_t count = 0;
    // Whatever it says: the lock tells.
    [[maybe_unused]] const ssize_t n = read(fd(), &count, sizeof count);
    const std::lock_guard lock(mutex_);
    return {std::exchange(answers_, {}), end_};
  }

  void OnReadDone(bool ok) override {
    bool is_news = false;
    {
      const std::lock_guard lock(mutex_);
      is_news = answers_.empty();
      for (v1::SendManyResponse& answer : *incoming_.mutable_answers()) {
        if (ok) answers_.push_back(std::move(answer));
      }
      open_ = ok;
    }
    if (!ok) return RemoveHold();
    if (is_news) Wake();
    StartRead(&incoming_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    if (ok) WriteNext();
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Call> self = std::move(self_);
    {
      const std::lock_guard lock(mutex_);
      end_ = status;
    }
    Wake();
  }

 private:
  // With the lock.
  void WriteNext() {
    if (!open_ || writing_) return;
    if (!waiting_.empty()) {
      writing_ = true;
      TakeTogether();
      grpc::WriteOptions options;
      if (!waiting_.empty()) options.set_buffer_hint();  // it leaves with those
      StartWrite(&outgoing_, options);
    } else if (std::exchange(closing_, false)) {
      StartWritesDone();
    }
  }

  // The next message, of those that wait.
  void TakeTogether() {
    outgoing_.clear_requests();
    size_t bytes = 0;
    do {
      *outgoing_.add_requests() = *waiting_.front();
      bytes += waiting_.front()->ByteSizeLong();
      waiting_.pop_front();
      ++started_;
    } while (!waiting_.empty() && outgoing_.requests_size() < kMostTogether &&
             bytes + waiting_.front()->ByteSizeLong() <= kMostBytesTogether);
  }

  void Wake() const {
    const uint64_t one = 1;
    // It can only fail where it is awake.
    [[maybe_unused]] const ssize_t n = write(fd(), &one, sizeof one);
  }

  const File wake_;
  grpc::ClientContext context_;
  v1::SendBatchesResponse incoming_;
  std::shared_ptr<Call> self_;

  std::mutex mutex_;  // guards the rest
  bool open_ = true;  // answers may still come
  bool closing_ = false;
  std::deque<Request> waiting_;
  v1::SendBatchesRequest outgoing_;
  bool writing_ = false;
  size_t started_ = 0;
  std::vector<v1::SendManyResponse> answers_;
  std::optional<grpc::Status> end_;
};

SendMany::SendMany(Client& client) : client_(client) {}

SendMany::~SendMany() { DropCall(); }

bool SendMany::HasRoom() const {
  const size_t most = std::min(
      kMostRequests + fast_answers_ / kAnswersForOneMore, kMostOfFastServer);
  return pending_.size() < most && bytes_ < kMostBytes;
}

void SendMany::Send(Request request) {
  Pending pending{std::move(request), 0, Clock::now(), std::nullopt};
  pending.bytes = pending.request->ByteSizeLong();
  const Milliseconds timeout = client_.options_.timeout;
  if (timeout.count() > 0) pending.deadline = pending.begun + timeout;
  bytes_ += pending.bytes;
  pending_.push_back(std::move(pending));
}

std::optional<SendMany::Answer> SendMany::Take() {
  if (answers_.empty()) return std::nullopt;
  Answer answer = std::move(answers_.front());
  answers_.pop_front();
  return answer;
}

bool SendMany::Wait(int fd) {
  Step();
  if (!answers_.empty()) return false;
  std::array<pollfd, 2> fds{
      {{fd, POLLIN, 0}, {call_ ? call_->fd() : -1, POLLIN, 0}}};
  if (poll(fds.data(), fds.size(), PollTimeout()) < 0) {
    if (errno == EINTR) return false;
    throw Failure("os_error", WithErrno("can't wait", errno));
  }
  Collect();
  Expire();
  Step();
  return fds[0].revents != 0;
}

void SendMany::Finish() {
  if (!call_) return;
  call_->Close();
  for (pollfd fd{call_->fd(), POLLIN, 0}; poll(&fd, 1, kFarewellMs) > 0;) {
    if (call_->Take().end) break;
  }
  DropCall();
}

// Begins all that can be begun now.
void SendMany::Step() {
  while (refused_ && !pending_.empty()) SettleFirst(*refused_);
  std::vector<Request> requests;
  while (given_ < pending_.size()) {
    if (pending_[given_].bytes > kMostBytes) {
      if (given_ > 0) break;
      SendAlone();
      continue;
    }
    if (!call_) {
      if (Clock::now() < resume_at_) break;
      if (failures_ > 0) client_.Reconnect();
      call_ = Call::Begin(client_.channel_->mail, client_.token_);
    }
    requests.push_back(pending_[given_++].request);
  }
  if (!requests.empty()) call_->Write(requests);
}

void SendMany::Collect() {
  if (!call_) return;
  Call::News news = call_->Take();
  const Address& server = client_.options_.server;
  const Client::Channel& channel = *client_.channel_;
  const auto now = Clock::now();
  for (v1::SendManyResponse& answer : news.answers) {
    if (given_ == 0) break;
    --given_;
    ++answered_;
    failures_ = 0;
    const bool is_fast = now - pending_.front().begun < kFast;
    fast_answers_ = is_fast ? fast_answers_ + 1 : 0;
    if (answer.has_error()) {
      const google::rpc::Status& error = answer.error();
      const auto code = static_cast<grpc::StatusCode>(error.code());
      Settle(FromStatus({code, error.message(), error.SerializeAsString()},
                        channel));
    } else {
      Settle(std::move(*answer.mutable_sent()));
    }
  }
  if (!news.end) return;
  Failure failure = news.end->ok()
                        ? Failure("unavailable", "the server " + server.Text() +
                                                     " has ended the call")
                        : FromStatus(*news.end, channel);
  failure.outcome_unknown = failure.outcome_unknown || news.end->ok();
  Break(std::move(failure));
}

// The call is over, and with it each request that may not be tried again.
void SendMany::Break(Failure failure) {
  NoteWhatMayBeStored(failure);
  size_t given = given_;
  DropCall();
  if (given == 0) return;
  const Milliseconds pause = PauseBefore(failures_++, failure);
  resume_at_ = Clock::now() + pause;
  const auto is_final = [&](const Pending& pending) {
    return !failure.Retryable() ||
           pending.attempts >= client_.options_.retries ||
           (pending.deadline && resume_at_ >= *pending.deadline);
  };
  for (; given > 0 && is_final(pending_.front()); --given) SettleFirst(failure);
  for (size_t i = 0; i < given; ++i) ++pending_[i].attempts;
  if (given == 0) resume_at_ = {};
  if (given > 0 && client_.options_.on_retry) {
    client_.options_.on_retry(failure.message, pause);
  }
  if (ConcernsAll(failure)) {
    failure.outcome_unknown = false;
    refused_ = std::move(failure);
  }
}

// Those whose time is up have failed. The others go over a new call: in this
// one the answers that are still owed would be taken for theirs.
void SendMany::Expire() {
  const auto now = Clock::now();
  const auto is_late = [now](const Pending& pending) {
    return pending.deadline && *pending.deadline <= now;
  };
  if (pending_.empty() || !is_late(pending_.front())) return;
  const Failure failure =
      FromStatus({grpc::StatusCode::DEADLINE_EXCEEDED, ""}, *client_.channel_);
  NoteWhatMayBeStored(failure);
  DropCall();
  while (!pending_.empty() && is_late(pending_.front())) SettleFirst(failure);
}

void SendMany::NoteWhatMayBeStored(const Failure& failure) {
  if (!call_ || !failure.outcome_unknown) return;
  const size_t left = std::min(given_, call_->started() - answered_);
  for (size_t i = 0; i < left; ++i) pending_[i].maybe_stored = true;
}

void SendMany::DropCall() {
  if (call_) call_->Cancel();
  call_.reset();
  given_ = 0;
  answered_ = 0;
}

void SendMany::Settle(Answer answer) {
  bytes_ -= pending_.front().bytes;
  pending_.pop_front();
  answers_.push_back(std::move(answer));
}

void SendMany::SettleFirst(Failure failure) {
  failure.outcome_unknown = pending_.front().maybe_stored;
  Settle(std::move(failure));
}

void SendMany::SendAlone() {
  client_.BeginOperation();
  try {
    Settle(client_.Send(*pending_.front().request));
  } catch (const Failure& failure) {
    Settle(failure);
  }
}

int SendMany::PollTimeout() const {
  std::optional<Clock::time_point> next;
  if (!pending_.empty()) next = pending_.front().deadline;
  if (!call_ && !pending_.empty()) {
    next = next ? std::min(*next, resume_at_) : resume_at_;
  }
  if (!next) return -1;
  const auto left =
      std::chrono::ceil<Milliseconds>(*next - Clock::now()).count();
  constexpr int64_t kLongest = 3600 * 1000;
  return static_cast<int>(std::clamp<int64_t>(left, 0, kLongest));
}

}  // namespace turbo::ctl
