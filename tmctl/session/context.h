// What a command works with.
#ifndef TMCTL_SESSION_CONTEXT_H_
#define TMCTL_SESSION_CONTEXT_H_

#include <memory>
#include <string>

#include "tmctl/config/config.h"
#include "tmctl/config/options.h"
#include "tmctl/config/settings.h"
#include "tmctl/net/client.h"
#include "tmctl/output/output.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {

// What a command finds prepared. Null where its row of the table of commands
// doesn't ask for it.
struct Context {
  const Arguments& arguments;
  const Settings& settings;
  Output& output;
  Config* config;
  const Token* token;
  Client* client;
};

// A client as the settings want it, which tells `output` of its retries. An
// empty token: for calls that need none. bad_config. `output` must outlive it.
std::unique_ptr<Client> Connect(const Settings& settings,
                                const std::string& token, const Output& output);

}  // namespace turbo::ctl

#endif  // TMCTL_SESSION_CONTEXT_H_
