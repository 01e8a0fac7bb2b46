// The life of the server's process, from its options to its exit code.
#ifndef TMSERVER_PROCESS_H_
#define TMSERVER_PROCESS_H_

#include <functional>
#include <memory>
#include <string>

#include "tmserver/mail/store.h"
#include "tmserver/options.h"

namespace turbo::server {

using OpenStore = std::function<std::unique_ptr<mail::Store>(
    const std::string& url, std::function<void(std::string)> on_fault)>;

// By store::Open.
std::unique_ptr<mail::Store> OpenAny(const std::string& url,
                                     std::function<void(std::string)> on_fault);

// Serves until a signal or a fault ends it; answers the exit code (sysexits.h).
// Failures are told on stderr. `reload` gives the options anew on SIGHUP and
// may throw OptionError. To be called once, from main's thread, before any
// other thread exists.
int Serve(const CommandLine& line, const std::function<Options()>& reload,
          const OpenStore& open = OpenAny);

}  // namespace turbo::server

#endif  // TMSERVER_PROCESS_H_
