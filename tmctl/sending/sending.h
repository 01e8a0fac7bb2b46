// One send by whichever command: to the server, or into the spool.
#ifndef TMCTL_SENDING_SENDING_H_
#define TMCTL_SENDING_SENDING_H_

#include <string>

#include "tmctl/base/files.h"
#include "tmctl/session/context.h"

namespace turbo::ctl {

enum class QueueMode {
  kNever,
  kAuto,    // where the send fails in a way that may pass
  kAlways,  // without asking the server
};

// --queue; `otherwise` where it isn't given. usage.
QueueMode QueueModeOf(const Arguments& arguments, QueueMode otherwise);

// A key that nobody has used.
std::string NewKey();

// --key, or a new one; UTF-8 and not empty. invalid_argument.
std::string KeyOf(const Arguments& arguments);

// Whether a user could have this name, which is in lower case.
bool IsName(const std::string& name);

// No copy by --no-copy, nor where `otherwise` says so, unless --copy.
bool WithoutCopy(const Arguments& arguments, bool otherwise);

// The body within `max` bytes: cut at a character, with a note that says so.
std::string Shorten(const Input& input, size_t max);

// The request as the server would take it, as far as can be told without one.
// invalid_argument for names and a key that no server takes.
v1::SendRequest Checked(const v1::SendRequest& request);

struct Sending {
  v1::SendResponse response;
  std::string key;
  bool queued = false;
  std::string why = {};  // it was queued; empty where that was asked for
};

// What follows when `request` failed: it goes into the spool where `mode` says
// so; else throws `failure` with the request's key and the way to repeat it.
Sending QueueInstead(const Context& context, const v1::SendRequest& request,
                     QueueMode mode, Failure failure);

// Sends `request`, which has its request_id, as `context.token`'s user, or puts
// it into the spool. A failure has its key, and the way to repeat it.
Sending SendOrQueue(Context& context, const v1::SendRequest& request,
                    QueueMode mode);

Result ResultOf(Sending sending);

// For a `failure` by which what became of `request` can't be told: it may have
// been sent, and how to ask again.
void ExplainUntold(const v1::SendRequest& request, Failure& failure);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_SENDING_H_
