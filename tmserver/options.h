// The server's options: from the command line, the environment (TMSERVER_...),
// a configuration file and the defaults, in this order of precedence. One table
// in options.cc lists them; all four sources and --help are derived from it.
#ifndef TMSERVER_OPTIONS_H_
#define TMSERVER_OPTIONS_H_

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tmserver/audit.h"
#include "tmserver/certificate.h"
#include "tmserver/log.h"
#include "tmserver/mail/accounts.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/option_values.h"

namespace turbo::server {

struct Options {
  uint16_t port = 0;                  // on the loopback addresses
  std::vector<ListenAddress> listen;  // instead of them
  bool insecure = false;              // plaintext beyond loopback is wanted
  TlsFiles tls;                       // for TCP
  std::optional<mode_t> socket_mode;  // of Unix sockets
  std::string socket_group;           // empty: the process's
  std::string store;                  // a URL, for store::Open
  std::string admin_socket;           // its path; empty: none
  bool admin_socket_chosen = false;   // not the default: it must work
  mail::MailRules mail;
  mail::AccountRules accounts;
  mail::SessionLimits sessions;
  std::chrono::days register_days{0};
  log::Format log_format = log::Format::kText;
  log::Level log_level = log::Level::kInfo;
  std::string audit_log;  // none, stderr or a path
  audit::Level audit_level = audit::Level::kInfo;
};

enum class Action { kServe, kAdminToken, kHelp, kVersion };

// What `tmserver admin-token` is asked for.
struct AdminTokenOrder {
  std::string user;
  std::optional<std::chrono::milliseconds> life;  // 0: for ever
};

struct CommandLine {
  Action action = Action::kServe;
  Options options;
  AdminTokenOrder admin_token;                 // of kAdminToken
  std::vector<std::string> unknown_variables;  // TMSERVER_... of no option
};

// A sentence about what was given, and the exit code (sysexits.h): EX_USAGE
// for the command line, EX_CONFIG for the environment and files.
class OptionError : public std::runtime_error {
 public:
  OptionError(int exit_code, const std::string& message)
      : std::runtime_error(message), exit_code_(exit_code) {}
  int exit_code() const { return exit_code_; }

 private:
  int exit_code_;
};

using Environment = std::map<std::string, std::string>;

inline constexpr char kDefaultConfig[] = "/etc/turbomessage/tmserver.json";

// `args` without the program's name. The options are complete for kServe and
// kAdminToken only. `default_config` may be missing. Throws OptionError.
CommandLine ParseOptions(const std::vector<std::string>& args,
                         const Environment& environment,
                         const std::string& default_config = kDefaultConfig);

std::string Help();

}  // namespace turbo::server

#endif  // TMSERVER_OPTIONS_H_
