#include "tmctl/session/secrets.h"

#include <bsd/readpassphrase.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <optional>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {
namespace {

constexpr size_t kMaxSecret = 64 * 1024;
constexpr size_t kMaxToken = 4096;  // half of what gRPC takes with a call

// A password travels as a proto string.
std::string Checked(std::string password) {
  CheckText(password, "the password");
  return password;
}

std::string WithoutNewline(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::string FromCommand(const std::string& command) {
  struct Close {
    void operator()(FILE* pipe) const { pclose(pipe); }
  };
  std::unique_ptr<FILE, Close> pipe(popen(command.c_str(), "re"));
  if (!pipe) {
    throw Failure("os_error", WithErrno("can't run password_command", errno));
  }
  std::string output =
      ReadAll(fileno(pipe.get()), "password_command", kMaxSecret).bytes;
  const int status = pclose(pipe.release());
  if (status != 0) {
    throw Failure(
        "bad_config",
        "password_command failed with status " +
            std::to_string(WIFEXITED(status) ? WEXITSTATUS(status)
                                             : 128 + WTERMSIG(status)));
  }
  return WithoutNewline(std::move(output));
}

std::string Prompt(const std::string& question, const std::string& hint) {
  std::array<char, 4096> buffer{};
  if (readpassphrase(question.c_str(), buffer.data(), buffer.size(),
                     RPP_REQUIRE_TTY) == nullptr) {
    throw Failure("usage", "a password is needed, and there is no terminal",
                  hint);
  }
  std::string password = buffer.data();
  explicit_bzero(buffer.data(), buffer.size());
  return password;
}

// Asks, or says by `hint` how else a password is given.
std::string PromptFor(const std::string& what, const std::string& hint,
                      const Settings& settings, Ask ask) {
  if (settings.no_input) {
    throw Failure("usage",
                  "a password is needed, and --no-input forbids to ask", hint);
  }
  std::string password = Prompt(what + ": ", hint);
  if (ask == Ask::kTwice && Prompt("Again: ", hint) != password) {
    throw Failure("invalid_argument", "the two passwords differ");
  }
  return password;
}

// The host that a stored token may go to is the one that issued it.
Token StoredToken(const Settings& settings, const Config& config) {
  const auto token = config.Get(settings.profile, "token");
  if (!token) {
    throw Failure("not_logged_in",
                  "not logged in (profile \"" + settings.profile + "\")");
  }
  const std::string text =
      config.Get(settings.profile, "token_server").value_or("");
  const auto issuer = Address::Parse(text);
  if (!issuer || !settings.server.MayTakeTokenOf(*issuer)) {
    throw Failure("permission_denied",
                  "the stored token is " + (text.empty() ? "nobody's" : text) +
                      "'s and is not sent to " + settings.server.Text(),
                  "log in there under a profile of its own: tmctl --profile "
                  "NAME --server " +
                      settings.server.Text() + " login USER");
  }
  return {*token, config.Get(settings.profile, "user").value_or(""),
          "profile \"" + settings.profile + "\""};
}

// A token that counts before the stored one: in a file, or in TMCTL_TOKEN,
// which `value` then is.
struct Source {
  std::string name;
  const char* value = nullptr;
};

std::optional<Source> SourceOfCommand(const Settings& settings) {
  if (!settings.token_file.empty()) return Source{settings.token_file};
  if (const char* token = std::getenv("TMCTL_TOKEN");
      token != nullptr && *token != '\0') {
    return Source{"TMCTL_TOKEN", token};
  }
  if (const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
      directory != nullptr && *directory == '/') {
    const std::string path = std::string(directory) + "/tmctl.token";
    if (access(path.c_str(), F_OK) == 0) return Source{path};
  }
  return std::nullopt;
}

std::optional<Source> SourceBeforeStored(const Settings& settings,
                                         const Config& config,
                                         TokenSources sources) {
  if (sources == TokenSources::kAll) {
    if (auto source = SourceOfCommand(settings)) return source;
  }
  if (const auto file = config.Get(settings.profile, "token_file")) {
    return Source{*file};
  }
  return std::nullopt;
}

Token TokenOf(const Settings& settings, const Config& config,
              TokenSources sources) {
  const auto source = SourceBeforeStored(settings, config, sources);
  if (!source) return StoredToken(settings, config);
  return {
      source->value != nullptr ? source->value : ReadSecretFile(source->name),
      "", source->name};
}

// By --password-stdin or --password-file.
std::optional<std::string> GivenPassword(const Arguments& arguments) {
  if (arguments.Has("password-stdin") && arguments.Has("password-file")) {
    throw Usage("--password-stdin and --password-file exclude each other");
  }
  if (arguments.Has("password-stdin")) {
    return Checked(
        WithoutNewline(ReadAll(STDIN_FILENO, "stdin", kMaxSecret).bytes));
  }
  if (arguments.Has("password-file")) {
    return Checked(ReadSecretFile(arguments.Get("password-file")));
  }
  return std::nullopt;
}

}  // namespace

std::string FindPassword(const Arguments& arguments, const Settings& settings,
                         Ask ask) {
  if (auto given = GivenPassword(arguments)) return *std::move(given);
  if (const char* password = std::getenv("TMCTL_PASSWORD");
      password != nullptr && *password != '\0') {
    return Checked(password);
  }
  if (!settings.password_command.empty()) {
    return Checked(FromCommand(settings.password_command));
  }
  return Checked(PromptFor("Password",
                           "give it with --password-stdin, --password-file or "
                           "TMCTL_PASSWORD",
                           settings, ask));
}

std::string FindPasswordFor(const std::string& user, const Arguments& arguments,
                            const Settings& settings) {
  if (auto given = GivenPassword(arguments)) return *std::move(given);
  return Checked(PromptFor("Password of " + user,
                           "give it with --password-stdin or --password-file",
                           settings, Ask::kTwice));
}

std::pair<std::string, std::string> FindPasswordChange(
    const Arguments& arguments, const Settings& settings) {
  if (!arguments.Has("password-stdin")) {
    const std::string hint = "give both passwords with --password-stdin";
    std::string old = PromptFor("Old password", hint, settings, Ask::kOnce);
    return {Checked(std::move(old)),
            Checked(PromptFor("New password", hint, settings, Ask::kTwice))};
  }
  const std::string lines =
      WithoutNewline(ReadAll(STDIN_FILENO, "stdin", kMaxSecret).bytes);
  const size_t end = lines.find('\n');
  if (end == std::string::npos ||
      lines.find('\n', end + 1) != std::string::npos) {
    throw Usage("stdin must have two lines: the old password and the new one");
  }
  return {Checked(lines.substr(0, end)), Checked(lines.substr(end + 1))};
}

std::string BeforeStoredToken(const Settings& settings, const Config& config) {
  const auto source = SourceBeforeStored(settings, config, TokenSources::kAll);
  return source ? source->name : "";
}

Token FindToken(const Settings& settings, const Config& config,
                TokenSources sources) {
  Token token = TokenOf(settings, config, sources);
  const bool sendable =
      !token.text.empty() && token.text.size() <= kMaxToken &&
      std::all_of(token.text.begin(), token.text.end(),
                  [](char c) { return c > 0x20 && c < 0x7f; });
  if (sendable) return token;
  throw Failure("not_logged_in", "what " + token.source + " holds is no token",
                "put the secret of an access token there (tmctl token rotate "
                "NAME --out FILE), or log in with: tmctl login USER");
}

}  // namespace turbo::ctl
