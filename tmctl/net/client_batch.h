// Many sends under way together.
#ifndef TMCTL_NET_CLIENT_BATCH_H_
#define TMCTL_NET_CLIENT_BATCH_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <variant>

#include "tmctl/base/failure.h"
#include "tmctl/net/client.h"

namespace turbo::ctl {

// Sends over one call at a time. What a call leaves without an answer is sent
// again over the next one, where the client's retries and the request's own
// deadline allow that, under the same request_id; else it has failed. Nothing
// but Wait blocks. For one thread.
class SendMany {
 public:
  using Request = std::shared_ptr<const v1::SendRequest>;
  using Answer = std::variant<v1::SendResponse, Failure>;

  // `client` outlives it.
  explicit SendMany(Client& client);
  // Breaks off what is under way.
  ~SendMany();
  SendMany(const SendMany&) = delete;
  SendMany& operator=(const SendMany&) = delete;

  // Enough is under way otherwise.
  bool HasRoom() const;
  // At the next Wait, together with others. Its time begins now.
  void Send(Request request);

  // The answer to the oldest request that had none, once it is there. A
  // failure's outcome is unknown where the server may have stored it.
  std::optional<Answer> Take();

  // Waits until there is something to take, or `fd` can be read (negative:
  // never). Whether `fd` can. Throws os_error.
  bool Wait(int fd);

  // Ends the call in peace; nothing is under way.
  void Finish();

 private:
  class Call;
  using Clock = std::chrono::steady_clock;

  struct Pending {
    Request request;
    size_t bytes;
    Clock::time_point begun;
    std::optional<Clock::time_point> deadline;
    int attempts = 0;  // in vain
    bool maybe_stored = false;
  };

  void Step();
  void Collect();
  void Break(Failure failure);
  void Expire();
  void NoteWhatMayBeStored(const Failure& failure);
  void DropCall();
  void Settle(Answer answer);
  void SettleFirst(Failure failure);
  void SendAlone();
  int PollTimeout() const;

  Client& client_;
  std::deque<Pending> pending_;
  size_t bytes_ = 0;  // of them
  std::deque<Answer> answers_;
  std::shared_ptr<Call> call_;
  size_t given_ = 0;         // how many of pending_ the call has been given
  size_t answered_ = 0;      // in this call
  int failures_ = 0;         // since the last answer
  size_t fast_answers_ = 0;  // one after the other
  Clock::time_point resume_at_;
  std::optional<Failure> refused_;  // all that is to come
};

}  // namespace turbo::ctl

#endif  // TMCTL_NET_CLIENT_BATCH_H_
