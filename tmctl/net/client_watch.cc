#include <algorithm>
#include <thread>
#include <utility>

#include "tmctl/net/channel.h"
#include "tmctl/net/client.h"

namespace turbo::ctl {
namespace {

using Clock = std::chrono::system_clock;

// The server says something every 15 seconds.
constexpr std::chrono::seconds kSilence{60};

// One call, with deadlines for each step. Broken off in the end.
class WatchCall {
 public:
  WatchCall(v1::Mail::Stub& mail, const std::string& token,
            const v1::WatchRequest& request) {
    SetToken(token, context_);
    reader_ = mail.PrepareAsyncWatch(&context_, request, &queue_);
    reader_->StartCall(this);
  }

  ~WatchCall() {
    context_.TryCancel();
    queue_.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue_.Next(&tag, &ok)) {
    }
  }

  WatchCall(const WatchCall&) = delete;
  WatchCall& operator=(const WatchCall&) = delete;

  enum class Step { kDone, kEnd, kLate };

  Step Start(Clock::time_point deadline) { return Wait(deadline); }
  // After kLate again to wait longer.
  Step Read(Clock::time_point deadline) {
    if (!std::exchange(reading_, true)) reader_->Read(&response_, this);
    const Step step = Wait(deadline);
    reading_ = step == Step::kLate;
    return step;
  }
  grpc::Status Finish() {
    grpc::Status status;
    reader_->Finish(&status, this);
    Wait(Clock::time_point::max());
    return status;
  }
  const v1::WatchResponse& response() const { return response_; }

 private:
  Step Wait(Clock::time_point deadline) {
    void* tag = nullptr;
    bool ok = false;
    if (queue_.AsyncNext(&tag, &ok, deadline) !=
        grpc::CompletionQueue::GOT_EVENT) {
      return Step::kLate;
    }
    return ok ? Step::kDone : Step::kEnd;
  }

  grpc::ClientContext context_;
  grpc::CompletionQueue queue_;
  std::unique_ptr<grpc::ClientAsyncReader<v1::WatchResponse>> reader_;
  v1::WatchResponse response_;
  bool reading_ = false;
};

}  // namespace

// One connection of a watch. `connected` is set once the server has answered.
class Client::WatchOnce {
 public:
  WatchOnce(Client& client, const v1::WatchRequest& request,
            Clock::time_point until)
      : client_(client),
        until_(until),
        call_(client.channel_->mail, client.token_, request) {}

  // Whether `take` ended it; else the time was up. Throws Failure.
  bool Run(const TakeWatched& take, bool& connected) {
    const auto timeout = client_.options_.timeout;
    auto silence =
        timeout.count() > 0 ? Clock::now() + timeout : Clock::time_point::max();
    WatchCall::Step step = call_.Start(std::min(silence, until_));
    for (;;) {
      if (step == WatchCall::Step::kDone) {
        step = call_.Read(std::min(silence, until_));
      }
      if (step == WatchCall::Step::kLate) return HandleLate();
      if (step == WatchCall::Step::kEnd) throw Ended();
      connected = true;
      if (!take(call_.response())) return true;
      if (Clock::now() >= until_) return false;
      silence = Clock::now() + kSilence;
    }
  }

 private:
  bool HandleLate() const {
    if (Clock::now() >= until_) return false;
    throw Failure("deadline_exceeded", "the server " +
                                           client_.options_.server.Text() +
                                           " did not answer in time");
  }

  // A server that has nothing more to say to a watcher has let go of it.
  Failure Ended() {
    const grpc::Status status = call_.Finish();
    if (status.ok()) {
      return {"unavailable", "the server " + client_.options_.server.Text() +
                                 " has ended the watch"};
    }
    return FromStatus(status, *client_.channel_);
  }

  Client& client_;
  const Clock::time_point until_;
  WatchCall call_;
};

bool Client::Watch(v1::WatchRequest request,
                   std::optional<Clock::time_point> until,
                   const TakeWatched& take) {
  const Clock::time_point end = until.value_or(Clock::time_point::max());
  bool ever_connected = false;
  for (int attempt = 0;; ++attempt) {
    bool connected = false;
    const auto take_and_note = [&](const v1::WatchResponse& response) {
      request.set_cursor(response.has_message() ? response.message().cursor()
                                                : response.cursor());
      return take(response);
    };
    try {
      return WatchOnce(*this, request, end).Run(take_and_note, connected);
    } catch (Failure& failure) {
      failure.outcome_unknown = false;
      ever_connected = ever_connected || connected;
      if (connected) attempt = 0;
      if (!failure.Retryable() ||
          (!ever_connected && attempt >= options_.retries)) {
        throw;
      }
      const Milliseconds pause = PauseBefore(attempt, failure);
      if (Clock::now() + pause >= end) {
        std::this_thread::sleep_until(end);
        return false;
      }
      if (options_.on_retry) options_.on_retry(failure.message, pause);
      std::this_thread::sleep_for(pause);
      Reconnect();
    }
  }
}

}  // namespace turbo::ctl
