#include <absl/strings/match.h>
#include <absl/strings/str_split.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/fuzz/memory_file.h"
#include "tests/fuzz/targets.h"
#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/commands.h"
#include "tmctl/config/aliases.h"
#include "tmctl/sendmail/mail.h"
#include "tmctl/sendmail/sendmail_words.h"

namespace turbo::fuzz {
namespace {

void TryAddresses(const std::string& word) {
  static const ctl::Aliases kAliases(
      ctl::Json::parse(R"({"root": ["ana", "beto"], "ana": "ana@host",
                           "x": "y", "y": ["x", "ana"], "@": "root"})"),
      "host.example");
  for (const std::string& address : ctl::SplitAddresses(word)) {
    Require(!address.empty(), "an address is not empty", word);
    const std::vector<std::string> users = kAliases.Expand(address);
    Require(!users.empty(), "mail is for somebody", address);
    for (const std::string& user : users) {
      Require(std::count(users.begin(), users.end(), user) == 1,
              "everybody gets mail once", address);
    }
  }
}

// The words of a command line, which has no NUL.
void TryWords(std::string_view input) {
  static const ctl::Command* const kSendmail = ctl::FindCommand("sendmail");
  std::vector<std::string> words =
      absl::StrSplit(absl::string_view(input.data(), input.size()), '\0');
  const std::vector<ctl::Option> no_globals;
  std::vector<std::string> warnings;
  for (const std::string& word : words) {
    try {
      TryAddresses(word);
    } catch (const ctl::Failure& failure) {
      Require(failure.code == "usage", "a wrong address is told", failure.code);
    }
  }
  try {
    const ctl::CommandLine line =
        ctl::TranslateSendmail({"sendmail", std::move(words), 0}, no_globals,
                               kSendmail->options, warnings);
    Require(ctl::FindCommand(line.command) != nullptr, "there is that command",
            line.command);
    if (line.command != "sendmail") return;
    ctl::ParseArguments(no_globals, kSendmail->options, line.words);
  } catch (const ctl::Failure& failure) {
    Require(failure.code == "usage", "wrong words are told", failure.code);
  }
}

void RequireNoSecrets(std::string_view mail) {
  for (const absl::string_view line :
       absl::StrSplit(absl::string_view(mail.data(), mail.size()), '\n')) {
    if (line.empty() || line == "\r") return;
    Require(!absl::StartsWithIgnoreCase(line, "bcc:") &&
                !absl::StartsWithIgnoreCase(line, "x-cron-env:"),
            "nobody sees Bcc and the job's environment", mail);
  }
}

}  // namespace

void Sendmail(std::string_view input) {
  TryWords(input);
  for (const bool dots_are_text : {false, true}) {
    const MemoryFile file(input);
    const std::string mail = ctl::ReadMail(file.fd(), dots_are_text);
    Require(mail.size() <= input.size(), "a mail is what came");
    RequireNoSecrets(ctl::WithoutPrivateHeaders(mail));
  }
}

}  // namespace turbo::fuzz
