#include "tmctl/session/context.h"

namespace turbo::ctl {

std::unique_ptr<Client> Connect(const Settings& settings,
                                const std::string& token,
                                const Output& output) {
  return std::make_unique<Client>(
      ClientOptions{settings.server, settings.tls, settings.insecure,
                    settings.timeout, settings.retry,
                    [&output](const std::string& why, Milliseconds pause) {
                      output.Say(why + ": trying again in " +
                                 std::to_string(pause.count()) + " ms");
                    }},
      token);
}

}  // namespace turbo::ctl
