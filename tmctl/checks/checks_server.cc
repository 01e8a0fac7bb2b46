#include "tmctl/checks/checks_server.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>

#include "tmctl/net/client.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {
namespace {

constexpr char kProtocol[] = "protocol";
constexpr char kClock[] = "clock";
constexpr char kToken[] = "token";
constexpr char kQuota[] = "quota";
constexpr Milliseconds kTolerableSkew = std::chrono::seconds(10);
constexpr Milliseconds kNotice = std::chrono::days(7);

// "3 days": in the largest unit of which there are at least two.
std::string Rough(Milliseconds time) {
  const int64_t seconds = time.count() / 1000;
  if (seconds >= 2 * 86400) return std::to_string(seconds / 86400) + " days";
  if (seconds >= 2 * 3600) return std::to_string(seconds / 3600) + " hours";
  if (seconds >= 2 * 60) return std::to_string(seconds / 60) + " minutes";
  return std::to_string(seconds) + " seconds";
}

// What was learned of the server on the way.
class ServerChecks {
 public:
  ServerChecks(const Patient& patient, const Tell& tell)
      : patient_(patient), tell_(tell) {}

  void Run() {
    const bool reached = CheckNetwork(patient_.settings, tell_);
    try {
      token_ = FindToken(patient_.settings, patient_.config);
    } catch (const Failure& failure) {
      no_token_ = failure;
    }
    tell_(reached ? Protocol()
                  : Skipped(kProtocol, "no connection could be made"));
    tell_(Clock());
    tell_(TokenItself());
    tell_(Quota());
  }

 private:
  Check Protocol() {
    const Settings& settings = patient_.settings;
    if (!settings.server.IsPrivate() && !settings.insecure) {
      return Skipped(kProtocol, "nothing is sent without encryption");
    }
    client_ = std::make_unique<Client>(
        ClientOptions{settings.server, settings.tls, settings.insecure,
                      settings.timeout, settings.retry, nullptr},
        token_.text);
    const std::string answers = "a tmserver answers";
    before_ = Now();
    try {
      self_ = client_->WhoAmI({});
      after_ = Now();
    } catch (const Failure& failure) {
      // Only a tmserver's refusal says that nothing was done.
      if (failure.Exit() != ExitOf("not_logged_in") ||
          failure.outcome_unknown) {
        return Failed(kProtocol, failure);
      }
      refused_ = failure;
    }
    return Ok(kProtocol, answers);
  }

  Check Clock() const {
    if (!self_) return Skipped(kClock, "the server did not tell its time");
    if (!self_->has_server_time()) {
      return Skipped(kClock, "the server is too old to tell its time");
    }
    return CheckClock(TimeOf(self_->server_time()), before_, after_);
  }

  Check TokenItself() const {
    if (no_token_ && !patient_.config_read &&
        no_token_->code == "not_logged_in") {
      return Skipped(kToken, "the configuration can't be read");
    }
    if (no_token_) {
      return Failed(kToken, *no_token_,
                    "name another file with --token-file, or log in");
    }
    const std::string source = "from " + token_.source;
    if (refused_) {
      Failure failure = *refused_;
      failure.message += " (" + source + ")";
      return Failed(kToken, failure);
    }
    if (!self_) return Skipped(kToken, source + "; the server can't be asked");
    const Time now =
        self_->has_server_time() ? TimeOf(self_->server_time()) : Now();
    return CheckToken(
        *self_, source, now,
        !patient_.unattended || !patient_.settings.password_command.empty());
  }

  Check Quota() {
    if (!self_) return Skipped(kQuota, "the server can't be asked");
    if (self_->session().scope() == v1::SCOPE_SEND) {
      return Skipped(kQuota, "the token's scope doesn't allow to look");
    }
    try {
      v1::CountRequest request;
      request.set_box(v1::BOX_INBOX);
      const int64_t inbox = client_->Count(request).count();
      request.set_box(v1::BOX_OUTBOX);
      return CheckQuota(inbox, client_->Count(request).count(),
                        self_->tray_capacity());
    } catch (const Failure& failure) {
      return Failed(kQuota, failure);
    }
  }

  const Patient& patient_;
  const Tell& tell_;
  Token token_;
  std::optional<Failure> no_token_;
  std::unique_ptr<Client> client_;
  std::optional<v1::WhoAmIResponse> self_;
  std::optional<Failure> refused_;
  Time before_;
  Time after_;
};

}  // namespace

void CheckServer(const Patient& patient, const Tell& tell) {
  ServerChecks(patient, tell).Run();
}

void SkipServer(const std::string& why, const Tell& tell) {
  for (const char* name :
       {"name", "connection", "tls", kProtocol, kClock, kToken, kQuota}) {
    tell(Skipped(name, why));
  }
}

Check CheckClock(Time server, Time before, Time after) {
  const bool behind = server > after;
  const Milliseconds skew =
      std::max({Milliseconds(0), server - after, before - server});
  if (skew <= kTolerableSkew) {
    return Ok(kClock, "this machine's agrees with the server's");
  }
  return Warning(kClock,
                 "this machine's is " + Rough(skew) +
                     (behind ? " behind" : " ahead of") + " the server's",
                 "set the clock that is wrong: timedatectl set-ntp true");
}

Check CheckToken(const v1::WhoAmIResponse& self, const std::string& source,
                 Time now, bool renewable) {
  const v1::Session& session = self.session();
  const bool access = session.auth() == v1::AUTH_TOKEN;
  std::string message =
      (access ? "the access token \"" + self.token_name() + "\" of "
              : std::string("the login of ")) +
      session.user() + ", scope " + NameOf(session.scope()) + ", " + source;
  if (!session.has_expires_at()) return Ok(kToken, message + ", without end");
  const Time end = TimeOf(session.expires_at());
  message += (access ? ", ends " : ", ends unless it is used before ") +
             FormatTime(end);
  if (access && end - now < kNotice) {
    return Warning(kToken, message + ", in " + Rough(end - now),
                   "renew it with: tmctl token rotate --out FILE");
  }
  if (!access && !renewable) {
    return Warning(kToken, message + "; a job lives longer than a login",
                   "make an access token: tmctl token create NAME --scope "
                   "send --out FILE; then: tmctl config set token_file FILE");
  }
  return Ok(kToken, message);
}

Check CheckQuota(int64_t inbox, int64_t outbox, int64_t capacity) {
  const std::string of = capacity == 0 ? "" : " of " + std::to_string(capacity);
  const std::string message = "inbox " + std::to_string(inbox) + of +
                              ", outbox " + std::to_string(outbox) + of;
  const auto nearly_full = [&](int64_t count) {
    return capacity > 0 && count * 10 >= capacity * 9;
  };
  if (nearly_full(inbox)) {
    return Warning(kQuota, message + ": a full inbox refuses mail",
                   "make room with: tmctl delete ID");
  }
  if (nearly_full(outbox)) {
    return Warning(kQuota, message + ": a full outbox refuses sends",
                   "make room with: tmctl delete --box outbox ID; or send "
                   "with --no-copy");
  }
  return Ok(kQuota, message);
}

}  // namespace turbo::ctl
