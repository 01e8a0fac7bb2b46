#include <algorithm>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/checks/checks.h"
#include "tmctl/commands.h"

namespace turbo::ctl {
namespace {

using Checks = std::vector<Check>;

// As far as flags and variables say.
Output RoughOutput(const Arguments& arguments) {
  std::vector<std::string> words;
  if (arguments.Has("json")) words.push_back("--json");
  if (arguments.Has("output")) {
    words.insert(words.end(), {"--output", arguments.Get("output")});
  }
  const OutputMode mode = GuessOutput(words);
  return {mode == OutputMode::kIds ? OutputMode::kJson : mode,
          arguments.Has("quiet"), false};
}

// Works where the configuration doesn't, too. usage.
Output OutputOf(const Arguments& arguments) {
  const auto refuse_usage = [](const Failure& failure) {
    if (failure.code == "usage") throw failure;
  };
  try {
    const Config config(ConfigPath(arguments));
    const Settings settings = ResolveSettings(arguments, config, true);
    if (settings.output != OutputMode::kIds) {
      return {settings.output, settings.quiet, settings.verbose};
    }
    if (arguments.Has("output")) throw Usage("doctor has no ids to print");
    return {OutputMode::kJson, settings.quiet, settings.verbose};
  } catch (const Failure& failure) {
    refuse_usage(failure);
  }
  try {
    ResolveSettings(arguments, Config(), true);
  } catch (const Failure& failure) {
    refuse_usage(failure);
  }
  return RoughOutput(arguments);
}

const Check* FirstOf(const Checks& checks, Verdict verdict) {
  const auto found =
      std::find_if(checks.begin(), checks.end(),
                   [&](const Check& c) { return c.verdict == verdict; });
  return found == checks.end() ? nullptr : &*found;
}

// The worst, as a word and a status.
std::pair<Verdict, int> Summary(const Checks& checks) {
  if (const Check* failed = FirstOf(checks, Verdict::kFailed)) {
    return {Verdict::kFailed, ExitOf(failed->code)};
  }
  if (FirstOf(checks, Verdict::kWarning) != nullptr) {
    return {Verdict::kWarning, kExitNo};
  }
  return {Verdict::kOk, kExitOk};
}

Json DocumentOf(const Checks& checks, bool cron) {
  const auto [verdict, exit] = Summary(checks);
  Json document = Document("doctor");
  document["verdict"] = NameOf(verdict);
  document["exit"] = exit;
  document["cron"] = cron;
  document["checks"] = Json::array();
  for (const Check& check : checks) document["checks"].push_back(ToJson(check));
  return document;
}

std::string TableOf(const Checks& checks) {
  size_t name = 0;
  for (const Check& check : checks) name = std::max(name, check.name.size());
  constexpr size_t kVerdict = 7;
  std::string table;
  for (const Check& check : checks) {
    table += FitTo(NameOf(check.verdict), kVerdict) + "  " +
             FitTo(check.name, name) + "  " + Harmless(check.message) + "\n";
    if (check.hint.empty()) continue;
    table += std::string(kVerdict + name + 4, ' ') +
             "hint: " + Harmless(check.hint) + "\n";
  }
  return table;
}

Failure FailureOf(const Check& check) {
  return {check.code, check.name + ": " + check.message, check.hint};
}

}  // namespace

int CmdDoctor(Context& context) {
  const Output output = OutputOf(context.arguments);
  const bool cron = context.arguments.Has("cron");
  Checks checks;
  const Tell tell = [&](const Check& check) { checks.push_back(check); };
  if (cron) {
    CheckUnderCron(context.arguments, tell);
  } else {
    CheckAll(context.arguments, false, tell);
  }
  output.Print({DocumentOf(checks, cron), {}, [&] { return TableOf(checks); }});
  const Check* failed = FirstOf(checks, Verdict::kFailed);
  if (output.quiet()) {
    for (const Check& check : checks) {
      if (check.verdict < Verdict::kWarning || &check == failed) continue;
      output.Warn("doctor", check.name + ": " + check.message);
    }
  }
  const bool told = output.mode() == OutputMode::kTable && !output.quiet();
  if (failed != nullptr && !told) throw FailureOf(*failed);
  return Summary(checks).second;
}

}  // namespace turbo::ctl
