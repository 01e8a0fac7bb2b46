#include <absl/strings/str_join.h>

#include <algorithm>
#include <set>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/commands.h"
#include "tmctl/sending/flush.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {
namespace {

std::string Describe(const Outcome& outcome) {
  const SpoolEntry& entry = outcome.entry;
  const v1::SendRequest& request = entry.request;
  std::string text = outcome.state + "  " + FormatLocal(entry.queued_at) +
                     "  " + absl::StrJoin(request.to(), ", ") + "  " +
                     request.subject() + "  (" + entry.key() + ")";
  text = Harmless(text) + "\n";
  if (outcome.id != 0) text += "    as " + std::to_string(outcome.id) + "\n";
  if (outcome.id == 0 && !entry.last_error.empty()) {
    text += "    " + Harmless(entry.last_error) + "\n";
  }
  return text;
}

void Print(const Context& context, const std::vector<Outcome>& outcomes) {
  Json entries = Json::array();
  for (const Outcome& outcome : outcomes) {
    entries.push_back(QueueEntryJson(outcome.entry, outcome.state, outcome.id));
  }
  Json document = Document("queue");
  document["entries"] = std::move(entries);
  context.output.Print({document, {}, [&] {
                          std::string text;
                          for (const auto& outcome : outcomes) {
                            text += Describe(outcome);
                          }
                          return text;
                        }});
}

void Warn(const Context& context, const std::string& problem) {
  context.output.Warn("queue_problem", problem);
}

int List(Context& context) {
  const Spool::Listing listing = Spool().List();
  for (const auto& problem : listing.problems) Warn(context, problem);
  std::vector<Outcome> outcomes;
  for (const SpoolFile& file : listing.files) {
    try {
      auto entry = PeekAt(file);
      if (entry) outcomes.push_back({NameOf(file.state), *std::move(entry)});
    } catch (const Failure& failure) {
      Warn(context, failure.message);
    }
  }
  Print(context, outcomes);
  return kExitOk;
}

// The keys that were named, without those that were found.
void CheckFound(std::set<std::string> keys,
                const std::vector<Outcome>& outcomes) {
  for (const Outcome& outcome : outcomes) keys.erase(outcome.entry.key());
  if (keys.empty()) return;
  throw Failure("message_not_found",
                "not in the spool, or another process has it: " +
                    absl::StrJoin(keys, ", "),
                "list what is there with: tmctl queue list");
}

int FlushAll(Context& context, const std::set<std::string>& keys) {
  const std::vector<Outcome> outcomes =
      FlushSpool(context, {keys, context.arguments.Has("due")});
  Print(context, outcomes);
  const auto files = Spool().List().files;
  const auto failed = std::count_if(
      files.begin(), files.end(),
      [](const SpoolFile& file) { return file.state == SpoolState::kFailed; });
  if (failed > 0) {
    context.output.Warn("queue_failed",
                        std::to_string(failed) +
                            (failed == 1 ? " send" : " sends") +
                            " could not be delivered; see tmctl queue list");
  }
  CheckFound(keys, outcomes);
  const bool all_sent =
      std::all_of(outcomes.begin(), outcomes.end(),
                  [](const Outcome& outcome) { return outcome.id != 0; });
  return all_sent ? kExitOk : kExitSome;
}

int Drop(Context& context, const std::set<std::string>& keys) {
  const bool all = context.arguments.Has("all");
  const bool failed = context.arguments.Has("failed");
  std::vector<Outcome> outcomes;
  for (const SpoolFile& file : Spool().List().files) {
    try {
      auto claim = SpoolClaim::Of(file);
      if (!claim) continue;
      const bool is_failed = file.state == SpoolState::kFailed;
      if (all || (failed && is_failed) || keys.contains(claim->entry().key())) {
        claim->Remove();
        claim->entry().request.clear_body();
        outcomes.push_back({"dropped", std::move(claim->entry())});
      }
    } catch (const Failure& failure) {
      Warn(context, failure.message);
    }
  }
  Print(context, outcomes);
  CheckFound(keys, outcomes);
  return kExitOk;
}

void CheckOption(const Arguments& arguments, const std::string& option,
                 const std::string& action) {
  if (arguments.Has(option) && arguments.operands().front() != action) {
    throw Usage("--" + option + " is for queue " + action);
  }
}

}  // namespace

int CmdQueue(Context& context) {
  const Arguments& arguments = context.arguments;
  const std::vector<std::string>& words = arguments.operands();
  const std::string& action = words.front();
  const std::set<std::string> keys(words.begin() + 1, words.end());
  CheckOption(arguments, "due", "flush");
  CheckOption(arguments, "failed", "drop");
  CheckOption(arguments, "all", "drop");
  if (action == "list" && keys.empty()) return List(context);
  if (action == "flush") {
    if (arguments.Has("due") && !keys.empty()) {
      throw Usage("queue flush takes KEYs or --due, not both");
    }
    return FlushAll(context, keys);
  }
  if (action == "drop") {
    const int chosen = int{!keys.empty()} + int{arguments.Has("failed")} +
                       int{arguments.Has("all")};
    if (chosen != 1) throw Usage("queue drop needs KEYs, --failed or --all");
    return Drop(context, keys);
  }
  throw Usage("queue takes list, flush [KEY...] or drop KEY...");
}

}  // namespace turbo::ctl
