#include "tmctl/checks/checks.h"

#include <absl/strings/str_join.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "tmctl/checks/checks_server.h"
#include "tmctl/config/config.h"
#include "tmctl/config/settings.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {
namespace {

constexpr char kConfiguration[] = "configuration";
constexpr char kPermissions[] = "permissions";
constexpr char kSpool[] = "spool";
constexpr Milliseconds kLongWait = std::chrono::hours(1);
constexpr mode_t kOthersMayWrite = S_IWGRP | S_IWOTH;
constexpr mode_t kOthersMayRead = S_IRGRP | S_IROTH;

// Values of other profiles than the one in use, too.
std::vector<std::string> WrongValues(const Config& config) {
  std::vector<std::string> wrong;
  const Json profiles = config.Profiles();
  for (const auto& [name, profile] : profiles.items()) {
    for (const auto& [key, value] : profile.items()) {
      if (!value.is_string() || value == "") continue;
      try {
        CheckSetting(*FindProfileKey(key), value.get<std::string>());
      } catch (const Failure& failure) {
        wrong.push_back("profile \"" + name + "\", " + failure.message);
      }
    }
  }
  return wrong;
}

Check CheckConfiguration(const Config& config, const Settings& settings) {
  const std::vector<std::string> wrong = WrongValues(config);
  if (!wrong.empty()) {
    return Warning(kConfiguration, absl::StrJoin(wrong, "; "),
                   "mend that with: tmctl --profile NAME config set KEY VALUE");
  }
  const std::string profile = ", profile \"" + settings.profile + "\"";
  if (config.path().empty() || access(config.path().c_str(), F_OK) != 0) {
    return Ok(kConfiguration,
              (config.path().empty() ? "there is no place for a file"
                                     : "there is no file " + config.path()) +
                  profile);
  }
  return Ok(kConfiguration, config.path() + profile);
}

// Of the file's directory and of the token's file; Config looks at its own.
Check CheckPermissions(const std::string& config_path,
                       const std::string& token_file) {
  struct stat status {};
  const std::string directory =
      std::filesystem::path(config_path).parent_path();
  std::vector<std::string> good;
  if (!directory.empty() && stat(directory.c_str(), &status) == 0) {
    if ((status.st_mode & kOthersMayWrite) != 0 &&
        (status.st_mode & S_ISVTX) == 0) {
      return Warning(kPermissions,
                     "others can write to " + directory +
                         " and so replace the configuration",
                     "chmod go-w " + directory);
    }
    if (status.st_uid != geteuid() && status.st_uid != 0) {
      return Warning(kPermissions, directory + " belongs to another user",
                     "chown it, or name another file with --config");
    }
    good.push_back("nobody else can write to " + directory);
  }
  if (!token_file.empty() && stat(token_file.c_str(), &status) == 0 &&
      S_ISREG(status.st_mode)) {
    if ((status.st_mode & kOthersMayRead) != 0) {
      return Warning(kPermissions, "others can read the token in " + token_file,
                     "chmod 600 " + token_file);
    }
    good.push_back("nobody else can read " + token_file);
  }
  return good.empty() ? Skipped(kPermissions, "there is no file to look at")
                      : Ok(kPermissions, absl::StrJoin(good, ", "));
}

// What lies in the spool, in numbers.
struct Fill {
  size_t waiting = 0;
  size_t failed = 0;
  std::optional<Time> oldest;  // of those that wait
  std::vector<std::string> problems;
};

Fill LookIntoSpool() {
  const Spool::Listing listing = Spool().List();
  Fill fill;
  fill.problems = listing.problems;
  for (const std::string& directory : listing.directories) {
    if (access(directory.c_str(), W_OK) == 0) continue;
    fill.problems.push_back(WithErrno("can't write to " + directory, errno));
  }
  if (listing.directories.empty() && fill.problems.empty()) {
    if (std::string why = Spool().Obstacle(); !why.empty()) {
      fill.problems.push_back(std::move(why));
    }
  }
  for (const SpoolFile& file : listing.files) {
    try {
      const auto entry = PeekAt(file);
      if (!entry) continue;
      const bool waits = file.state == SpoolState::kWaiting;
      ++(waits ? fill.waiting : fill.failed);
      if (waits) {
        fill.oldest =
            std::min(entry->queued_at, fill.oldest.value_or(entry->queued_at));
      }
    } catch (const Failure& failure) {
      fill.problems.push_back(failure.message);
    }
  }
  return fill;
}

Check CheckSpool() {
  const Fill fill = LookIntoSpool();
  std::string message = std::to_string(fill.waiting) +
                        (fill.waiting == 1 ? " send waits" : " sends wait");
  if (fill.oldest) message += ", queued since " + FormatTime(*fill.oldest);
  if (!fill.problems.empty()) {
    return Warning(kSpool, message + "; " + absl::StrJoin(fill.problems, "; "),
                   "mend or remove what it names; man tmctl-queue says what "
                   "the spool must be like");
  }
  if (fill.failed > 0) {
    return Warning(
        kSpool,
        message + "; " + std::to_string(fill.failed) +
            " could not be delivered",
        "see: tmctl queue list; then: tmctl queue flush KEY, or drop KEY");
  }
  if (fill.oldest && *fill.oldest < Now() - kLongWait) {
    return Warning(kSpool, message,
                   "try now with: tmctl queue flush; man tmctl-queue says "
                   "how to have that done by a timer");
  }
  return Ok(kSpool, message);
}

}  // namespace

const char* NameOf(Verdict verdict) {
  switch (verdict) {
    case Verdict::kOk:
      return "ok";
    case Verdict::kSkipped:
      return "skipped";
    case Verdict::kWarning:
      return "warning";
    case Verdict::kFailed:
      return "failed";
  }
  return "";
}

Check Ok(const std::string& name, const std::string& message) {
  return {name, Verdict::kOk, message};
}

Check Skipped(const std::string& name, const std::string& why) {
  return {name, Verdict::kSkipped, why};
}

Check Warning(const std::string& name, const std::string& message,
              const std::string& hint) {
  return {name, Verdict::kWarning, message, hint};
}

Check Failed(const std::string& name, const Failure& failure,
             const std::string& hint) {
  return {name, Verdict::kFailed, failure.message,
          failure.hint.empty() ? hint : failure.hint, failure.code};
}

Json ToJson(const Check& check) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? Json(nullptr) : Json(text);
  };
  return {{"name", check.name},
          {"verdict", NameOf(check.verdict)},
          {"code", or_null(check.code)},
          {"message", check.message},
          {"hint", or_null(check.hint)}};
}

Check ToCheck(const Json& json) {
  const auto text = [&](const char* key) {
    return json.at(key).is_null() ? std::string()
                                  : json.at(key).get<std::string>();
  };
  Check check{text("name"), Verdict::kOk, text("message"), text("hint"),
              text("code")};
  for (const Verdict verdict :
       {Verdict::kSkipped, Verdict::kWarning, Verdict::kFailed}) {
    if (json.at("verdict") == NameOf(verdict)) check.verdict = verdict;
  }
  return check;
}

void CheckAll(const Arguments& arguments, bool unattended, const Tell& tell) {
  Config config;
  std::optional<Settings> settings;
  std::optional<Failure> wrong;
  try {
    config = Config(ConfigPath(arguments));
  } catch (const Failure& failure) {
    wrong = failure;
  }
  try {
    settings = ResolveSettings(arguments, config, wrong.has_value());
  } catch (const Failure& failure) {
    if (!wrong) wrong = failure;
  }
  tell(wrong ? Failed(kConfiguration, *wrong,
                      "mend that; man tmctl-config says what may stand there")
             : CheckConfiguration(config, *settings));
  std::string path = ConfigPath(arguments);
  if (path.empty()) path = Config::DefaultPath();
  std::string token_file = settings ? settings->token_file : "";
  if (settings && token_file.empty()) {
    token_file = config.Get(settings->profile, "token_file").value_or("");
  }
  tell(CheckPermissions(path, token_file));
  // Without the file it is not known which server is meant.
  const bool server_known =
      settings && (!wrong || FindSetting(arguments, nullptr, "", "server"));
  if (server_known) {
    CheckServer({config, *settings, !wrong, unattended}, tell);
  } else {
    SkipServer("the configuration doesn't say which server", tell);
  }
  tell(CheckSpool());
}

}  // namespace turbo::ctl
