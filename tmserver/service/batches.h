// Who sends many messages in one call: the calls of turbomessage.v1.Mail's
// SendMany and SendBatches.
#ifndef TMSERVER_SERVICE_BATCHES_H_
#define TMSERVER_SERVICE_BATCHES_H_

#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <set>

#include "tmserver/mail/mailbox.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/service/stream.h"

namespace turbo::service {

struct BatchLimits {
  // One call reads no other message while it has so many requests that wait for
  // their answers to be written, ...
  size_t requests = 1024;
  // ... or they and their answers have so many bytes.
  size_t bytes = size_t{4} << 20;
  // The token of a call is looked at again.
  std::chrono::milliseconds pulse{15'000};
  // A caller has so long to read its answers once the calls are to end.
  std::chrono::milliseconds patience{1000};
  // A call in which nothing was sent, nor an answer read, for so long ends.
  std::chrono::milliseconds idle{600'000};
  // What has to wait is looked at again where nobody knows for how long.
  std::chrono::milliseconds retry{1000};
};

// What a message of a call is.
enum class Framing {
  kOne,      // a SendRequest, or the answer to one
  kSeveral,  // a SendBatchesRequest, or a SendBatchesResponse
};

// Every request goes to the mailbox when it comes, so that those of one call
// share the store's writes; the answers wait for their turn. A call of an
// account that sends too fast, or for which too much is kept, is not refused
// but waits.
class Batches {
 public:
  // Both outlive it.
  Batches(mail::Sessions& sessions, mail::Mailbox& mailbox,
          BatchLimits limits = {});
  Batches(const Batches&) = delete;
  Batches& operator=(const Batches&) = delete;

  // What serves a new call. It is over before this object is.
  std::unique_ptr<StreamHandler> Open(Stream& stream,
                                      const mail::Caller& caller,
                                      Framing framing);

  // Ends all calls, those to come included, with kUnavailable, once what they
  // have sent is answered.
  void Stop();

 private:
  class Batch;
  class Handler;

  mail::Sessions& sessions_;
  mail::Mailbox& mailbox_;
  const BatchLimits limits_;

  std::mutex mutex_;  // guards the rest
  std::set<std::shared_ptr<Batch>> batches_;
  bool stopped_ = false;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_BATCHES_H_
