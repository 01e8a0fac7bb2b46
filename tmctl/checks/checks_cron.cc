#include <absl/strings/str_join.h>
#include <absl/strings/str_split.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>

#include "tmctl/base/files.h"
#include "tmctl/checks/checks.h"
#include "tmctl/config/settings.h"
#include "tmctl/output/output.h"
#include "tmctl/process/search_path.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;

constexpr char kPath[] = "/usr/bin:/bin";
constexpr char kPassword[] = "cron_password_command";
constexpr size_t kMaxReport = size_t{16} << 20;

// Variables of this process that tmctl would look at, and cron doesn't set.
std::vector<std::string> LostVariables() {
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string name =
        std::string(*variable).substr(0, std::string_view(*variable).find('='));
    if (name.starts_with("TMCTL_") || name == "XDG_CONFIG_HOME" ||
        name == "XDG_STATE_HOME" || name == "CREDENTIALS_DIRECTORY" ||
        name == "STATE_DIRECTORY") {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

Check CheckVariables(const std::vector<std::string>& lost) {
  constexpr char kVariables[] = "cron_variables";
  if (lost.empty()) {
    return Ok(kVariables, "nothing depends on variables that cron won't set");
  }
  return Warning(kVariables,
                 "set here, but not by cron: " + absl::StrJoin(lost, ", "),
                 "set them in the crontab, use options, or keep it in the "
                 "profile with: tmctl config set");
}

Check CheckHome(const std::string& home, const passwd* account) {
  constexpr char kHome[] = "cron_home";
  if (home.empty() || chdir(home.c_str()) != 0) {
    return Failed(kHome,
                  {"bad_config",
                   home.empty() ? "there is no home directory"
                                : WithErrno("can't go to " + home, errno),
                   "cron starts no job without it: make it"});
  }
  if (account == nullptr) {
    return Failed(kHome, {"bad_config",
                          "the user " + std::to_string(geteuid()) +
                              " is not in the password database",
                          "cron starts no job for it: make the account"});
  }
  if (account->pw_dir != home) {
    return Warning(kHome,
                   home + " is home here; by cron it is " + account->pw_dir,
                   "write HOME=" + home + " into the crontab");
  }
  return Ok(kHome, home);
}

// On the PATH that cron sets.
Check CheckPath() {
  constexpr char kName[] = "cron_path";
  std::error_code ignored;
  const std::string self = fs::read_symlink("/proc/self/exe", ignored);
  const std::string found = FindOnPath("tmctl");
  const std::string hint =
      "write in the crontab: " + self + "; or set PATH there";
  if (found.empty()) {
    return Warning(kName, std::string("tmctl is not in ") + kPath, hint);
  }
  if (!fs::equivalent(found, self, ignored)) {
    return Warning(kName, "cron runs " + found + ", not " + self, hint);
  }
  return Ok(kName, found);
}

unsigned SecondsOf(const Settings& settings) {
  return static_cast<unsigned>(
      std::chrono::ceil<std::chrono::seconds>(PatienceOf(settings)).count());
}

// Comes last: it may have to be ended by a signal.
Check CheckPasswordCommand(const Arguments& arguments) {
  Settings settings;
  try {
    settings = ResolveSettings(arguments, Config(ConfigPath(arguments)), true);
  } catch (const Failure&) {
    return Skipped(kPassword, "the configuration can't be read");
  }
  if (settings.password_command.empty()) {
    return Skipped(kPassword, "the profile has none");
  }
  const std::string hint =
      "try it as: env -i HOME=\"$HOME\" PATH=" + std::string(kPath) +
      " setsid sh -c COMMAND </dev/null";
  try {
    alarm(SecondsOf(settings));
    const bool empty = FindPassword(arguments, settings, Ask::kOnce).empty();
    alarm(0);
    if (!empty) return Ok(kPassword, "it prints a password");
    return Failed(kPassword, {"bad_config", "it prints nothing"}, hint);
  } catch (const Failure& failure) {
    return Failed(kPassword, failure, hint);
  }
}

Failure OsError(const std::string& what) {
  return Failure("os_error", WithErrno(what, errno));
}

// This process from now on is as cron starts one.
Check BecomeJob() {
  const std::string home = HomeDirectory();
  const passwd* account = getpwuid(geteuid());
  const std::string name =
      account == nullptr ? std::to_string(geteuid()) : account->pw_name;
  clearenv();
  setenv("HOME", home.c_str(), 1);
  setenv("LOGNAME", name.c_str(), 1);
  setenv("SHELL", "/bin/sh", 1);
  setenv("PATH", kPath, 1);
  setsid();
  std::signal(SIGALRM, SIG_DFL);
  const File nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    dup2(nothing.fd(), fd);
  }
  return CheckHome(home, account);
}

// What the job does; each check goes to `report` as a line.
void RunJob(const Arguments& arguments, int report) {
  const Tell tell = [report](const Check& check) {
    const std::string line = ToLine(ToJson(check));
    // Nobody is there to be told of a failure.
    [[maybe_unused]] const ssize_t n = write(report, line.data(), line.size());
  };
  const std::vector<std::string> lost = LostVariables();
  const Check home = BecomeJob();
  CheckAll(arguments, true, tell);
  tell(home);
  tell(CheckPath());
  tell(CheckVariables(lost));
  tell(CheckPasswordCommand(arguments));
}

// How a job ended that did not come to its end.
Failure Broken(const siginfo_t& end) {
  if (end.si_code != CLD_EXITED && end.si_status == SIGALRM) {
    return {"bad_config", "it did not end in time",
            "cron has no terminal: it must not ask for anything"};
  }
  return {"internal", "the checks ended by themselves",
          "this is a mistake in tmctl"};
}

}  // namespace

void CheckUnderCron(const Arguments& arguments, const Tell& tell) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw OsError("can't make a pipe");
  const File read_end(ends[0]);
  File write_end(ends[1]);
  const pid_t job = fork();
  if (job < 0) throw OsError("can't start a process");
  if (job == 0) {
    int status = 0;
    try {
      RunJob(arguments, write_end.fd());
    } catch (const std::exception&) {
      status = 1;
    }
    _exit(status);
  }
  write_end = File();
  const std::string lines = ReadAll(read_end.fd(), "the job", kMaxReport).bytes;
  siginfo_t end{};
  while (waitid(P_PID, job, &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
    continue;
  }
  const bool whole = end.si_code == CLD_EXITED && end.si_status == 0;
  // The command that did not end.
  if (!whole) kill(-job, SIGKILL);
  waitpid(job, nullptr, 0);
  for (const auto line : absl::StrSplit(lines, '\n', absl::SkipEmpty())) {
    tell(ToCheck(Json::parse(line)));
  }
  if (!whole) tell(Failed(kPassword, Broken(end)));
}

}  // namespace turbo::ctl
