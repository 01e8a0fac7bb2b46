// Where passwords and tokens come from; never from the command line.
#ifndef TMCTL_SESSION_SECRETS_H_
#define TMCTL_SESSION_SECRETS_H_

#include <string>
#include <utility>

#include "tmctl/config/config.h"
#include "tmctl/config/options.h"
#include "tmctl/config/settings.h"

namespace turbo::ctl {

enum class Ask { kOnce, kTwice };  // a new password is typed twice

// --password-stdin, --password-file, TMCTL_PASSWORD, the profile's
// password_command, else a prompt. usage where none is left; no_input for a
// file that can't be read; invalid_argument for one that isn't UTF-8.
std::string FindPassword(const Arguments& arguments, const Settings& settings,
                         Ask ask);

// A password for `user`, who is somebody else than the caller: as FindPassword,
// but never what belongs to the caller (TMCTL_PASSWORD, password_command).
std::string FindPasswordFor(const std::string& user, const Arguments& arguments,
                            const Settings& settings);

// The old and the new password: lines 1 and 2 of stdin with --password-stdin,
// else prompts.
std::pair<std::string, std::string> FindPasswordChange(
    const Arguments& arguments, const Settings& settings);

// A token, and the user whose it is where that is known without asking the
// server.
struct Token {
  std::string text;
  std::string user = {};
  std::string source = {};  // for people: where it was found
};

// --token-file, TMCTL_TOKEN_FILE, TMCTL_TOKEN,
// $CREDENTIALS_DIRECTORY/tmctl.token, the profile's token_file and token.
// not_logged_in where there is none; permission_denied where the stored token
// is another server's. Only the stored token's user is known.
// kProfile: only the last two.
enum class TokenSources { kAll, kProfile };
Token FindToken(const Settings& settings, const Config& config,
                TokenSources sources = TokenSources::kAll);

// The file or variable whose token FindToken takes, although the profile may
// have one of a login; empty where there is none.
std::string BeforeStoredToken(const Settings& settings, const Config& config);

}  // namespace turbo::ctl

#endif  // TMCTL_SESSION_SECRETS_H_
