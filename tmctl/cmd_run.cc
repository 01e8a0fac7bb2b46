#include <absl/strings/str_join.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstring>
#include <optional>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/commands.h"
#include "tmctl/config/parse.h"
#include "tmctl/process/child.h"
#include "tmctl/sending/flush.h"
#include "tmctl/sending/sending.h"

namespace turbo::ctl {
namespace {

constexpr int kExitOwn = 125;
constexpr size_t kMaxCommand = 200;

// What is known before the command runs.
struct Plan {
  bool always = false;
  QueueMode queue = QueueMode::kAuto;
  std::optional<Config> config;
  Settings settings;
  v1::SendRequest request;  // without what the command's end will tell
  // Why nobody can be told; the command runs all the same.
  std::optional<Failure> problem;
};

std::string HostName() {
  std::array<char, HOST_NAME_MAX + 1> name{};
  gethostname(name.data(), name.size() - 1);
  return Harmless(name.data());
}

// Of the command as its label and its subject show it.
std::string CommandLine(const std::vector<std::string>& words) {
  std::string line = Harmless(absl::StrJoin(words, " "));
  if (line.size() <= kMaxCommand) return line;
  return std::string(CutAtCharacter(line, kMaxCommand)) + "…";
}

bool IsAlways(const Arguments& arguments) {
  const std::string when = arguments.Get("on", "fail");
  if (when != "fail" && when != "always") {
    throw Usage("--on: '" + when + "' is not fail or always");
  }
  return when == "always";
}

// A configuration that can't be used is no reason not to do the work.
void LoadConfig(const Arguments& arguments, Plan& plan) {
  try {
    plan.config.emplace(ConfigPath(arguments));
    plan.settings = ResolveSettings(arguments, *plan.config, false);
  } catch (const Failure& failure) {
    if (failure.code != "bad_config") throw;
    plan.problem = failure;
    plan.problem->exit_as = kExitOwn;
    plan.settings.output = GuessOutput({});
    plan.settings.quiet = arguments.Has("quiet");
  }
}

Plan Prepare(const Arguments& arguments) {
  Plan plan;
  plan.always = IsAlways(arguments);
  plan.queue = QueueModeOf(arguments, QueueMode::kAuto);
  LoadConfig(arguments, plan);
  std::vector<std::string> users = arguments.All("to");
  if (users.empty()) users = plan.settings.notify_to;
  if (users.empty() && plan.problem) throw *plan.problem;
  if (users.empty()) {
    throw Failure("usage", "whom should run tell?",
                  "name users with --to, or in the profile: tmctl config set "
                  "notify_to USER");
  }
  v1::SendRequest request;
  for (const std::string& user : users) {
    request.add_to(CheckText(user, "a recipient's name"));
  }
  request.set_request_id(KeyOf(arguments));
  // Times differ from run to run, so the same key never means the same text.
  request.set_once(arguments.Has("key"));
  request.set_no_copy(WithoutCopy(arguments, true));
  request.set_subject(CheckText(arguments.Get("subject"), "the subject"));
  plan.request = Checked(request);
  return plan;
}

// "2h5m", "3m10s", "12s", "340ms".
std::string Rough(Milliseconds duration) {
  const int64_t ms = duration.count();
  const int64_t s = ms / 1000;
  if (s == 0) return std::to_string(ms) + "ms";
  if (s < 60) return std::to_string(s) + "s";
  if (s < 3600) {
    return std::to_string(s / 60) + "m" + std::to_string(s % 60) + "s";
  }
  return std::to_string(s / 3600) + "h" + std::to_string(s / 60 % 60) + "m";
}

std::string Exact(Milliseconds duration) {
  const std::string ms = std::to_string(duration.count() % 1000);
  return std::to_string(duration.count() / 1000) + "." +
         std::string(3 - ms.size(), '0') + ms;
}

std::string Verdict(const ChildEnd& end) {
  if (!end.problem.empty()) return "could not be run";
  const std::string after = " after " + Rough(end.duration);
  if (end.signal) {
    return "was ended by signal " + std::to_string(*end.signal) + " (" +
           strsignal(*end.signal) + ")" + after;
  }
  if (end.status == 0) return "succeeded" + after;
  return "failed with status " + std::to_string(end.status) + after;
}

v1::SendRequest Report(const Plan& plan, const std::vector<std::string>& words,
                       const ChildEnd& end) {
  v1::SendRequest request = plan.request;
  const std::string host = HostName();
  const std::string command = CommandLine(words);
  if (request.subject().empty()) {
    request.set_subject("[" + host + "] " + command + ": " + Verdict(end));
  }
  request.set_body(end.problem.empty() ? end.text : end.problem + "\n");
  auto& labels = *request.mutable_labels();
  labels["host"] = host;
  labels["command"] = command;
  labels["status"] = std::to_string(end.status);
  labels["duration"] = Exact(end.duration);
  return request;
}

// Sends the report as `send` would.
void Tell(const Arguments& arguments, Plan& plan, Output& output,
          const v1::SendRequest& request) {
  if (plan.problem) throw *plan.problem;
  const Token token = FindToken(plan.settings, *plan.config);
  const auto client = Connect(plan.settings, token.text, output);
  Context context{arguments,     plan.settings, output,
                  &*plan.config, &token,        client.get()};
  const Sending sending = SendOrQueue(context, request, plan.queue);
  output.Say((sending.queued ? "queued the report" : "sent the report") +
             (" to " + absl::StrJoin(sending.response.to(), ", ")));
  if (!sending.queued) OfferQueued(context);
}

}  // namespace

int CmdRun(Context& context) {
  const Arguments& arguments = context.arguments;
  const std::vector<std::string>& words = arguments.operands();
  Plan plan = Prepare(arguments);
  const Settings& settings = plan.settings;
  Output output(settings.output, settings.quiet, settings.verbose);
  ChildEnd end;
  try {
    end = RunChild(words,
                   settings.quiet ? PassOn::kWhereItFails : PassOn::kAtOnce);
  } catch (Failure& failure) {
    failure.exit_as = kExitOwn;
    throw;
  }
  if (!end.problem.empty()) output.Warn("not_run", end.problem);
  if (!end.lost.empty()) output.Warn("output_lost", end.lost);
  if (end.status == 0 && !plan.always) return end.status;
  try {
    Tell(arguments, plan, output, Report(plan, words, end));
  } catch (const std::exception& e) {
    const auto* failure = dynamic_cast<const Failure*>(&e);
    output.Error(failure != nullptr ? *failure : Failure("internal", e.what()));
  }
  return end.status;
}

}  // namespace turbo::ctl
