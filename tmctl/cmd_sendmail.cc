#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <optional>

#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/config/aliases.h"
#include "tmctl/sending/flush.h"
#include "tmctl/sending/mail_sending.h"
#include "tmctl/sending/sending.h"
#include "tmctl/sendmail/mail.h"
#include "tmctl/spool/spool.h"

namespace turbo::ctl {
namespace {

// All that a send takes, as far as it is there: what stands in its way is a
// reason to queue the mail, not to lose it.
class Sender {
 public:
  // usage for a wrong option.
  explicit Sender(const Arguments& arguments)
      : arguments_(arguments),
        queue_(QueueModeOf(arguments, QueueMode::kAuto)) {
    output_.emplace(GuessOutput({}), false, false);
    const auto profile = FindSetting(arguments, nullptr, "", "profile");
    settings_.profile = profile ? profile->value : "default";
    try {
      Prepare();
    } catch (const Failure& failure) {
      if (failure.code == "usage") throw;
      obstacle_ = failure;
    }
  }

  const Aliases& aliases() const { return aliases_; }

  void Warn(const std::string& code, const std::string& message) const {
    output_->Warn(code, message);
  }

  // Sends the mail to `user` or queues it. Throws Failure where neither is
  // possible, or queueing was ruled out.
  void Send(v1::SendRequest request, const std::string& user, size_t number) {
    request.add_to(user);
    request.set_request_id(
        MailKey(request.request_id(),
                IsName(user) ? user : "@" + std::to_string(number)));
    if (queue_ == QueueMode::kAlways) return Keep(request, nullptr);
    try {
      if (obstacle_) throw *obstacle_;
      client_->BeginOperation();
      const auto response = SendToUser(
          aliases_, request, user,
          [this](const v1::SendRequest& one) { return client_->Send(one); });
      sent_ = true;
      output_->Say("sent " + std::to_string(response.id()) + " to " + user);
    } catch (const Failure& failure) {
      if (failure.OutOfReach()) obstacle_ = failure;
      if (queue_ == QueueMode::kNever) throw;
      Keep(request, &failure);
    }
  }

  // After the last Send.
  void Finish() {
    if (!sent_) return;
    Context context{arguments_, settings_, *output_,
                    &*config_,  &token_,   client_.get()};
    OfferQueued(context);
  }

 private:
  void Prepare() {
    config_.emplace(ConfigPath(arguments_));
    aliases_ = Aliases::Of(*config_, settings_.profile);
    settings_ = ResolveSettings(arguments_, *config_, false);
    output_.emplace(settings_.output, settings_.quiet, settings_.verbose);
    token_ = FindToken(settings_, *config_);
    client_ = Connect(settings_, token_.text, *output_);
  }

  // Where the profile isn't known, the server that it will have counts.
  std::string Server() const {
    if (!token_.text.empty()) return settings_.server.Text();
    const auto given = FindSetting(arguments_, nullptr, "", "server");
    return given && Address::Parse(given->value) ? given->value : "";
  }

  void Keep(const v1::SendRequest& request, const Failure* failure) {
    SpoolEntry entry = NewEntry(request, Now());
    entry.is_mail = true;
    entry.server = Server();
    entry.profile = settings_.profile;
    entry.user = token_.user;
    if (entry.user.empty() && !token_.text.empty()) {
      entry.token_mark = MarkOf(token_.text);
    }
    if (failure != nullptr) entry.Postpone(*failure, entry.queued_at);
    const std::string why = entry.last_error;
    try {
      Spool().Add(entry);
    } catch (const Failure& in_spool) {
      throw Failure("unavailable",
                    (why.empty() ? "" : why + "; ") +
                        "the mail could not be queued: " + in_spool.message,
                    "name another directory with TMCTL_QUEUE_DIR, and send the "
                    "mail again");
    }
    if (failure != nullptr) {
      Warn("queued", "queued for " + request.to(0) + ": " + why);
    }
  }

  const Arguments& arguments_;
  std::optional<Output> output_;
  const QueueMode queue_;
  std::optional<Config> config_;
  Aliases aliases_{Json::object(), ""};
  Settings settings_;
  Token token_;
  std::unique_ptr<Client> client_;
  std::optional<Failure> obstacle_;
  bool sent_ = false;
};

// Whether we may use the home that the environment names, as far as one is
// there.
bool IsOurHome(const char* home) {
  struct stat status {};
  if (stat(home, &status) != 0) return errno != EACCES;
  return status.st_uid == geteuid();
}

// cron starts what takes its mail as the job's user, but with an environment of
// its own: somebody else's home isn't ours.
void UseOwnHome() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || IsOurHome(home)) return;
  const passwd* entry = getpwuid(geteuid());
  if (entry != nullptr) setenv("HOME", entry->pw_dir, 1);
}

std::string OwnAccount() {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? "root" : entry->pw_name;
}

std::vector<std::string> OperandAddresses(const Arguments& arguments) {
  std::vector<std::string> addresses;
  for (const std::string& word : arguments.operands()) {
    for (std::string& address : SplitAddresses(word)) {
      addresses.push_back(std::move(address));
    }
  }
  return addresses;
}

// Those of the command line and, with --read-recipients, of the headers; where
// these can't be read, the mail is for who sends it.
std::vector<std::string> AddressesOf(const Arguments& arguments,
                                     const Mail& mail) {
  std::vector<std::string> addresses = OperandAddresses(arguments);
  if (!arguments.Has("read-recipients")) return addresses;
  addresses.insert(addresses.end(), mail.recipients.begin(),
                   mail.recipients.end());
  if (!mail.problem.empty()) addresses.push_back(OwnAccount());
  if (addresses.empty()) {
    throw Failure("invalid_argument",
                  "the mail names nobody in To, Cc and Bcc");
  }
  return addresses;
}

std::vector<std::string> UsersOf(const Aliases& aliases,
                                 const std::vector<std::string>& addresses) {
  std::vector<std::string> users;
  for (const std::string& address : addresses) {
    for (std::string& user : aliases.Expand(address)) {
      if (std::find(users.begin(), users.end(), user) == users.end()) {
        users.push_back(std::move(user));
      }
    }
  }
  return users;
}

}  // namespace

int CmdSendmail(Context& context) {
  const Arguments& arguments = context.arguments;
  if (OperandAddresses(arguments).empty() &&
      !arguments.Has("read-recipients")) {
    throw Usage("sendmail needs an ADDRESS, or -t");
  }
  // Nobody may be there to read our warnings, and the mail matters more.
  std::signal(SIGPIPE, SIG_IGN);
  UseOwnHome();
  const std::string text = ReadMail(STDIN_FILENO, arguments.Has("ignore-dots"));
  // Only now: what writes the mail may take hours, and a token may have been
  // renewed.
  Sender sender(arguments);
  const Mail mail = TakeApart(text);
  if (!mail.problem.empty()) {
    sender.Warn("mail_not_decoded", "sent as it came: " + mail.problem);
  }
  v1::SendRequest request = mail.content;
  request.set_no_copy(WithoutCopy(arguments, true));
  request.set_request_id(KeyOf(arguments));

  std::optional<Failure> failed;
  size_t number = 0;
  for (const std::string& user :
       UsersOf(sender.aliases(), AddressesOf(arguments, mail))) {
    try {
      sender.Send(request, user, ++number);
    } catch (const Failure& failure) {
      if (failed) sender.Warn(failed->code, failed->message);
      failed = failure;
    }
  }
  sender.Finish();
  if (failed) throw *failed;
  return kExitOk;
}

}  // namespace turbo::ctl
