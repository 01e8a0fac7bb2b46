#include "tmctl/commands.h"

#include <algorithm>
#include <numeric>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

// Values of options.
constexpr std::string_view kQueues = "always never auto";
constexpr std::string_view kBoxes = "inbox outbox";

constexpr Option kPasswordStdin{0, "password-stdin", "",
                                "read the password from stdin"};
constexpr Option kPasswordFile{0, "password-file", "F",
                               "read the password from file F"};
constexpr Option kIgnoreMissing{0, "ignore-missing", "",
                                "succeed where ids are missing"};

const std::vector<Option>& FilterOptions() {
  static const std::vector<Option> options{
      {0, "unread", "", "only unread messages"},
      {0, "read", "", "only read messages"},
      {0, "from", "U", "only messages from user U"},
      {0, "to", "U", "only messages to user U"},
      {0, "since", "T", "sent at T or later (time, day, or 2h ago)"},
      {0, "until", "T", "sent before T"},
      {0, "subject", "TEXT", "TEXT is part of the subject, in any case"},
      {0, "label", "K=V", "has this label (repeatable: all of them)"},
      {0, "in-reply-to", "ID", "only replies to message ID"},
  };
  return options;
}

std::vector<Option> WithFilters(const std::vector<Option>& options) {
  std::vector<Option> all = FilterOptions();
  all.insert(all.end(), options.begin(), options.end());
  return all;
}

const std::vector<Option>& TrayOptions() {
  static const std::vector<Option> options = WithFilters({
      {'n', "limit", "N", "at most N messages (default 100; jsonl: all)"},
      {'a', "all", "", "all messages"},
      {'b', "body", "", "with bodies"},
      {'r', "reverse", "", "oldest first"},
      {0, "count", "", "only how many"},
      {0, "exists", "", "only the status: 0 if there are any, else 1"},
      {0, "cursor", "C", "only what came after cursor C, oldest first"},
      {0, "cursor-file", "F", "the same, with the cursor kept in file F"},
  });
  return options;
}

std::vector<Command> MakeCommands() {
  return {
      {"register",
       "USER",
       "make an account and log in",
       Needs::kServer,
       CmdRegister,
       {kPasswordStdin,
        kPasswordFile,
        {0, "exist-ok", "", "log in where the account exists"},
        {0, "invite", "CODE", "the invitation that the server asks for"},
        {0, "invite-file", "F", "read the invitation's code from file F"}},
       1,
       1,
       false,
       true},
      {"login",
       "USER",
       "log in and keep the token",
       Needs::kServer,
       CmdLogin,
       {kPasswordStdin, kPasswordFile},
       1,
       1,
       false,
       true},
      {"logout", "", "end the login and forget its token", Needs::kSession,
       CmdLogout},
      {"whoami", "", "show who is logged in, and until when", Needs::kSession,
       CmdWhoami},
      {"passwd",
       "",
       "change the password",
       Needs::kSession,
       CmdPasswd,
       {{0, "password-stdin", "",
         "read the old (line 1) and new (line 2) password from stdin"}}},
      {"send",
       "TO...|--batch FILE",
       "send a message",
       Needs::kSession,
       CmdSend,
       {{'s', "subject", "TEXT", "the subject"},
        {'m', "message", "TEXT", "the body (otherwise stdin)"},
        {'F', "file", "FILE", "read the body from FILE (-: stdin)"},
        {'l', "label", "K=V", "attach a label (repeatable)"},
        {'a', "attach", "FILE", "attach a file (repeatable)"},
        {0, "reply-to", "ID", "in reply to message ID"},
        {0, "ttl", "D", "every tray lets go of it after D"},
        {'k', "key", "KEY", "send once under KEY, however often it is tried"},
        {0, "once", "", "a known KEY is no error, whatever was sent under it"},
        {0, "each", "", "one message per recipient, under KEY/USER"},
        {0, "no-copy", "", "keep no copy in the outbox"},
        {0, "copy", "", "keep a copy, whatever the profile says"},
        {0, "skip-empty", "", "send nothing where the body is blank"},
        {0, "max-body", "S", "cut the body at S bytes, with a note"},
        {0, "dry-run", "", "check everything, store nothing"},
        {0, "queue", "WHEN",
         "keep it in the spool: always, never (default), or auto", kQueues},
        {0, "batch", "FILE", "a message for each line of JSON (-: stdin)"}},
       0,
       kAnyNumber,
       true},
      {"sendmail",
       "[ADDRESS...]",
       "take mail as sendmail does",
       Needs::kNothing,
       CmdSendmail,
       {{'t', "read-recipients", "", "also to the mail's To, Cc and Bcc"},
        {'i', "ignore-dots", "", "a dot alone on a line is text"},
        {0, "no-copy", "", "keep no copy in the outbox (the default)"},
        {0, "copy", "", "keep a copy"},
        {0, "queue", "WHEN",
         "keep it in the spool: always, never, or auto (default)", kQueues}},
       0,
       kAnyNumber},
      {"queue",
       "list|flush|drop [KEY...]",
       "show, send and drop what waits in the spool",
       Needs::kConfig,
       CmdQueue,
       {{0, "due", "", "flush: only what is due, not what waits for its time"},
        {0, "failed", "", "drop: all that could not be delivered"},
        {0, "all", "", "drop: all that is there"}},
       1,
       kAnyNumber},
      {"run",
       "-- CMD...",
       "run a command and tell somebody how it ended",
       Needs::kNothing,
       CmdRun,
       {{0, "to", "U", "tell user U (repeatable; default: notify_to)"},
        {0, "on", "WHEN", "fail (default): only where it fails; or always",
         "fail always"},
        {'s', "subject", "TEXT", "the subject"},
        {'k', "key", "KEY", "tell once under KEY, however often it fails"},
        {0, "no-copy", "", "keep no copy in the outbox (default)"},
        {0, "copy", "", "keep a copy"},
        {0, "queue", "WHEN",
         "keep it in the spool: auto (default), always or never", kQueues}},
       1,
       kAnyNumber},
      {"inbox", "", "list the messages received", Needs::kSession, CmdInbox,
       TrayOptions(), 0, 0, true},
      {"outbox", "", "list the messages sent", Needs::kSession, CmdOutbox,
       TrayOptions(), 0, 0, true},
      {"watch", "", "print messages as they come", Needs::kSession, CmdWatch,
       WithFilters(
           {{0, "after", "ID", "begin after message ID"},
            {0, "cursor", "C", "begin after cursor C (empty: at the oldest)"},
            {0, "cursor-file", "F", "the same, with the cursor kept in file F"},
            {'x', "exec", "CMD", "run CMD for each, with its JSON on stdin"},
            {0, "exec-skip", "N",
             "leave a message out after N failures of CMD"},
            {0, "max", "N", "end after N messages"},
            {0, "for", "D", "end after D (0: with what is there)"}}),
       0, 0, true},
      {"read",
       "ID...",
       "print messages, then mark them read",
       Needs::kSession,
       CmdRead,
       {{0, "peek", "", "do not mark"},
        {0, "raw", "", "write the body's bytes alone (one ID)"},
        {0, "attachment", "NAME",
         "write one attachment's bytes alone (one ID)"},
        {'O', "out", "FILE", "write these bytes to FILE instead of stdout"},
        {0, "box", "BOX", "look in inbox or outbox only", kBoxes}},
       1,
       kAnyNumber,
       true},
      {"mark",
       "ID...",
       "mark messages of the inbox",
       Needs::kSession,
       CmdMark,
       {{0, "read", "", "as read"},
        {0, "unread", "", "as unread"},
        kIgnoreMissing},
       1,
       kAnyNumber,
       true},
      {"delete",
       "ID...",
       "take messages out of a tray",
       Needs::kSession,
       CmdDelete,
       {{0, "box", "BOX", "inbox (default) or outbox", kBoxes}, kIgnoreMissing},
       1,
       kAnyNumber,
       true},
      {"token",
       "create NAME|rotate [NAME]|list|revoke NAME...",
       "make and end access tokens for programs",
       Needs::kSession,
       CmdToken,
       {{0, "scope", "SCOPE", "create: allow send, read or full",
         "send read full"},
        {0, "expires", "D", "create: end after D (default 90d), or never"},
        {0, "grace", "D", "rotate: let the old secret live for D (1h)"},
        {0, "out", "FILE", "write the secret to FILE, mode 0600"},
        {0, "ignore-missing", "", "revoke: succeed where names are missing"}},
       1,
       kAnyNumber,
       true},
      {"admin",
       "user|sessions|invite|stats [VERB [NAME...]]",
       "administer the server",
       Needs::kAdmin,
       CmdAdmin,
       {{0, "admin", "", "user add: an administrator"},
        kPasswordStdin,
        kPasswordFile,
        {0, "yes", "", "user delete: don't ask"},
        {0, "free-name", "", "user delete: somebody else may have the name"},
        {0, "tokens", "", "sessions end: revoke the access tokens, too"},
        {0, "uses", "N", "invite create: good for N registrations (1)"},
        {0, "expires", "D", "invite create: ends after D (7d)"}},
       1,
       kAnyNumber,
       true},
      {"config",
       "list|path|get KEY|set KEY VALUE",
       "show and change the configuration",
       Needs::kConfig,
       CmdConfig,
       {},
       1,
       3,
       false,
       true},
      {"doctor",
       "",
       "check that everything is as tmctl needs it",
       Needs::kNothing,
       CmdDoctor,
       {{0, "cron", "", "as a job of cron would find it"}}},
      {"schema",
       "[NAME]",
       "print a JSON Schema of the output",
       Needs::kNothing,
       CmdSchema,
       {},
       0,
       1},
      {"completion",
       "bash|zsh|fish",
       "print a shell's completion script",
       Needs::kNothing,
       CmdCompletion,
       {},
       1,
       1},
      {"help", "[COMMAND]", "show help", Needs::kNothing, CmdHelp, {}, 0, 1},
      {"version", "", "show the version", Needs::kNothing, CmdVersion},
  };
}

// Levenshtein's distance.
size_t Distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, change});
    }
  }
  return row.back();
}

}  // namespace

const std::vector<Command>& Commands() {
  static const std::vector<Command> commands = MakeCommands();
  return commands;
}

const Command* FindCommand(std::string_view name) {
  const auto& commands = Commands();
  const auto found =
      std::find_if(commands.begin(), commands.end(),
                   [&](const Command& c) { return c.name == name; });
  return found == commands.end() ? nullptr : &*found;
}

std::string NearestCommand(std::string_view mistyped) {
  const auto& commands = Commands();
  const auto nearest = std::min_element(
      commands.begin(), commands.end(),
      [&](const Command& a, const Command& b) {
        return Distance(a.name, mistyped) < Distance(b.name, mistyped);
      });
  const size_t tolerable = mistyped.size() < 4 ? 1 : 2;
  return Distance(nearest->name, mistyped) <= tolerable
             ? std::string(nearest->name)
             : std::string();
}

Failure UnknownCommand(const std::string& name) {
  Failure failure = Usage("there is no command '" + name + "'");
  if (const std::string nearest = NearestCommand(name); !nearest.empty()) {
    failure.hint = "did you mean '" + nearest + "'?";
  }
  return failure;
}

}  // namespace turbo::ctl
