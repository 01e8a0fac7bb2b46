// Sends what waits in the spool.
#ifndef TMCTL_SENDING_FLUSH_H_
#define TMCTL_SENDING_FLUSH_H_

#include <set>
#include <string>
#include <vector>

#include "tmctl/session/context.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {

// What became of an entry.
struct Outcome {
  std::string state;  // "sent", "dropped", or NameOf its state
  SpoolEntry entry;   // without its body
  int64_t id = 0;     // of the message, once it is sent
};

const char* NameOf(SpoolState state);

struct Flush {
  // Only these, whatever their time, and failed ones too; empty: all that wait.
  std::set<std::string> keys;
  bool due_only = false;
};

// Tries each entry once, oldest first, as the user who queued it; a failure of
// one stops no other. Entries that another process has are passed over. What
// goes wrong with files is told to context.output.
std::vector<Outcome> FlushSpool(Context& context, const Flush& flush);

// After a send by `context.client`: tries the entries of the same user whose
// time has come or which only waited for the server, for at most a second in
// all. Never fails.
void OfferQueued(Context& context);

// Before `context.token`, whose user isn't known here, gets a new secret: asks
// the server whose it is, where entries wait for it, and enters that, since
// they would be another token's then. Files that can't be used are told to
// context.output. Failure where the server doesn't answer.
void EnterUser(Context& context);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_FLUSH_H_
