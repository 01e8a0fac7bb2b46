#include "tmctl/sending/flush.h"

#include <chrono>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "tmctl/base/failure.h"
#include "tmctl/sending/mail_sending.h"

namespace turbo::ctl {
namespace {

constexpr Milliseconds kLife = std::chrono::hours(5 * 24);
// The server remembers keys for 7 days: what may have been sent before that
// could be stored twice. A day is left for clocks and for the sending itself.
constexpr Milliseconds kKeyLife = std::chrono::hours(6 * 24);
constexpr Milliseconds kOffer = std::chrono::seconds(1);

// One profile's way to one server.
class Line {
 public:
  // `timeout` overrides the profile's. Never throws: see Send.
  Line(Context& context, const SpoolEntry& entry,
       std::optional<Milliseconds> timeout) {
    try {
      Open(context, entry, timeout);
    } catch (const Failure& failure) {
      broken_ = failure;
    }
  }

  // Sends as the user who queued the entry and nobody else, who is entered
  // where it wasn't known.
  v1::SendResponse Send(SpoolEntry& entry, bool new_deadline) {
    if (broken_) throw *broken_;
    CheckSender(entry);
    if (new_deadline) client_->BeginOperation();
    const SendFunction send = [&](const v1::SendRequest& request) {
      return client_->Send(request);
    };
    try {
      const v1::SendRequest request = entry.RequestAt(Now());
      return entry.is_mail ? SendToAddress(*aliases_, request, send)
                           : send(request);
    } catch (const Failure& failure) {
      if (failure.OutOfReach()) broken_ = failure;
      throw;
    }
  }

 private:
  void Open(Context& context, const SpoolEntry& entry,
            std::optional<Milliseconds> timeout) {
    Settings settings =
        ResolveSettingsOf(entry.profile, context.arguments, *context.config);
    if (!entry.server.empty()) {
      const auto server = Address::Parse(entry.server);
      if (!server) {
        throw Failure("bad_config", "'" + entry.server + "' is no address");
      }
      settings.server = *server;
    }
    if (timeout) {
      settings.timeout = *timeout;
      settings.retry = 0;
    }
    const Token token = TokenFor(context, entry, settings);
    mark_ = MarkOf(token.text);
    aliases_ = Aliases::Of(*context.config, entry.profile);
    client_ = Connect(settings, token.text, context.output);
    user_ = client_->WhoAmI({}).session().user();
  }

  // The token that this command was given goes to its own server, and where it
  // was to go when the entry was queued.
  static Token TokenFor(const Context& context, const SpoolEntry& entry,
                        const Settings& settings) {
    Token token = FindToken(settings, *context.config);
    const bool is_for_it =
        settings.server.Text() == context.settings.server.Text() ||
        entry.token_mark == MarkOf(token.text);
    if (is_for_it) return token;
    return FindToken(settings, *context.config, TokenSources::kProfile);
  }

  void CheckSender(SpoolEntry& entry) const {
    const bool known = !entry.user.empty();
    const bool anybodys = !known && entry.token_mark.empty();
    if (anybodys) {
      // Nobody was logged in when it was queued.
    } else if (known ? entry.user != user_ : entry.token_mark != mark_) {
      throw Failure("permission_denied",
                    "it is " + (known ? entry.user : "another token") +
                        "'s, and profile \"" + entry.profile + "\" is now " +
                        user_);
    }
    entry.user = user_;
    entry.token_mark.clear();
  }

  std::optional<Failure> broken_;
  std::unique_ptr<Client> client_;
  std::string user_;
  std::string mark_;
  std::optional<Aliases> aliases_;
};

// Why it is too late for an entry; empty where it isn't.
std::string TooLate(const SpoolEntry& entry, SpoolState state, Time now) {
  if (entry.expires_at && now >= *entry.expires_at) return "it has expired";
  const Milliseconds age = now - entry.queued_at;
  if (state == SpoolState::kFailed) {
    return age < kKeyLife ? ""
                          : "the server may not know any more whether it was "
                            "sent: look there, and send it anew";
  }
  if (age < kLife) return "";
  return "given up after 5 days" +
         (entry.last_error.empty() ? "" : ": " + entry.last_error);
}

class Flusher {
 public:
  Flusher(Context& context, std::optional<Milliseconds> budget)
      : context_(context), budget_(budget) {}

  // Sends a claimed entry and settles what becomes of its file.
  Outcome Handle(SpoolClaim& claim) {
    SpoolEntry& entry = claim.entry();
    SpoolState state = claim.state();
    int64_t id = 0;
    const std::string too_late = TooLate(entry, state, Now());
    try {
      if (too_late.empty()) id = LineOf(entry).Send(entry, !budget_).id();
    } catch (const Failure& failure) {
      entry.Postpone(failure, Now());
      if (failure.RefusesMessage()) state = SpoolState::kFailed;
    }
    if (!too_late.empty()) {
      entry.last_error = too_late;
      state = SpoolState::kFailed;
    }
    try {
      if (id != 0) {
        claim.Remove();
      } else if (state == SpoolState::kFailed) {
        claim.Fail();
      } else {
        claim.Save();
      }
    } catch (const Failure& failure) {
      Report(failure.message);
    }
    entry.request.clear_body();
    return {id != 0 ? "sent" : NameOf(state), entry, id};
  }

  // What can't be done with a file; the others are not concerned.
  void Report(const std::string& problem) const {
    if (budget_) return context_.output.Say(problem);
    context_.output.Warn("queue_problem", problem);
  }

 private:
  Line& LineOf(const SpoolEntry& entry) {
    std::unique_ptr<Line>& line = lines_[{entry.profile, entry.server}];
    if (!line) line = std::make_unique<Line>(context_, entry, budget_);
    return *line;
  }

  Context& context_;
  const std::optional<Milliseconds> budget_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<Line>> lines_;
};

// Claims what `wanted` chooses and handles it, while `go_on`.
template <class Wanted, class GoOn>
std::vector<Outcome> HandleAll(Flusher& flusher, Wanted wanted, GoOn go_on) {
  std::vector<Outcome> outcomes;
  const Spool::Listing listing = Spool().List();
  for (const std::string& problem : listing.problems) flusher.Report(problem);
  for (const SpoolFile& file : listing.files) {
    if (!go_on()) break;
    try {
      auto claim = SpoolClaim::Of(file);
      if (!claim || !wanted(claim->state(), claim->entry())) continue;
      outcomes.push_back(flusher.Handle(*claim));
    } catch (const Failure& failure) {
      flusher.Report(failure.message);
    }
  }
  return outcomes;
}

bool IsDue(const SpoolEntry& entry) {
  // The clock that it was queued by ran ahead and has been put right.
  return entry.next_attempt_at <= Now() || entry.queued_at > Now();
}

}  // namespace

const char* NameOf(SpoolState state) {
  return state == SpoolState::kFailed ? "failed" : "waiting";
}

std::vector<Outcome> FlushSpool(Context& context, const Flush& flush) {
  Spool().Tidy();
  Flusher flusher(context, std::nullopt);
  return HandleAll(
      flusher,
      [&](SpoolState state, const SpoolEntry& entry) {
        if (!flush.keys.empty()) return flush.keys.contains(entry.key());
        return state == SpoolState::kWaiting &&
               (!flush.due_only || IsDue(entry));
      },
      [] { return true; });
}

void OfferQueued(Context& context) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + kOffer;
  Flusher flusher(context, kOffer);
  try {
    HandleAll(
        flusher,
        [&](SpoolState state, const SpoolEntry& entry) {
          return state == SpoolState::kWaiting &&
                 entry.profile == context.settings.profile &&
                 (entry.server.empty() ||
                  entry.server == context.settings.server.Text()) &&
                 // The server has just answered.
                 (IsDue(entry) || entry.last_code == "unavailable" ||
                  entry.last_code == "deadline_exceeded");
        },
        [end] { return Clock::now() < end; });
  } catch (const std::exception& e) {
    context.output.Say(e.what());
  }
}

void EnterUser(Context& context) {
  const std::string mark = MarkOf(context.token->text);
  std::string user;
  for (const SpoolFile& file : Spool().List().files) {
    try {
      const auto seen = PeekAt(file);
      if (!seen || seen->token_mark != mark) continue;
    } catch (const Failure&) {
      continue;  // none of ours
    }
    if (user.empty()) user = context.client->WhoAmI({}).session().user();
    try {
      auto claim = SpoolClaim::Of(file);
      if (!claim) continue;  // who has it enters the user itself
      claim->entry().user = user;
      claim->entry().token_mark.clear();
      claim->Save();
    } catch (const Failure& failure) {
      context.output.Warn("queue_problem", failure.message);
    }
  }
}

}  // namespace turbo::ctl
