#include <array>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/sendmail/sendmail_words.h"

namespace turbo::ctl {
namespace {

using Words = std::vector<std::string>;

constexpr std::array kGlobals{
    Option{'p', "profile", "NAME", "whose"},
    Option{'q', "quiet", "", "say nothing"},
    Option{'v', "verbose", "", "say more"},
};
constexpr std::array kOptions{
    Option{'t', "read-recipients", "", "from the headers"},
    Option{'i', "ignore-dots", "", "they are text"},
    Option{0, "queue", "WHEN", "keep it"},
};

struct Fixture {
  CommandLine Translate(const Words& words) {
    warnings.clear();
    return TranslateSendmail({"sendmail", words}, kGlobals, kOptions, warnings);
  }
  void Becomes(const Words& words, const Words& ours) {
    BOOST_TEST_CONTEXT(words.front()) {
      CheckSame(Translate(words).words, ours);
      BOOST_TEST(warnings.empty());
    }
  }

  Words warnings;
};

Words WordsUnder(std::string name, Words words) {
  std::vector<char*> argv{name.data()};
  for (std::string& word : words) argv.push_back(word.data());
  const auto argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  return WordsOf(argc, argv.data());
}

BOOST_FIXTURE_TEST_SUITE(sendmail_words, Fixture)

BOOST_AUTO_TEST_CASE(its_names_are_commands) {
  CheckSame(WordsUnder("tmctl", {"inbox"}), {"inbox"});
  CheckSame(WordsUnder("/usr/sbin/sendmail", {"-t"}), {"sendmail", "-t"});
  CheckSame(WordsUnder("mailq", {"-v"}), {"sendmail", "-bp", "-v"});
  CheckSame(WordsUnder("./newaliases", {}), {"sendmail", "-bi"});
  CheckSame(WordsUnder("sendmail.sh", {}), {});
  CheckSame(WordsOf(0, nullptr), {});
}

BOOST_AUTO_TEST_CASE(letters_become_words) {
  Becomes({"-ti"}, {"--read-recipients", "--ignore-dots", "--"});
  Becomes({"-oi", "-i", "ana"}, {"--ignore-dots", "--", "ana"});
  Becomes({"-v", "ana"}, {"--verbose", "--", "ana"});
  Becomes({"-odi", "-oem", "-o", "em", "-em", "-bm", "ana"}, {"--", "ana"});
}

BOOST_AUTO_TEST_CASE(values_are_no_addresses) {
  Becomes({"-F", "Cron", "-f", "x@y", "-B", "8BITMIME", "-h", "3", "ana"},
          {"--", "ana"});
  Becomes({"-FCron", "-fx@y", "-B8BITMIME", "-h3", "ana"}, {"--", "ana"});
}

BOOST_AUTO_TEST_CASE(a_double_dash_ends_options) {
  Becomes({"-i", "--", "-t", "ana"}, {"--ignore-dots", "--", "-t", "ana"});
}

BOOST_AUTO_TEST_CASE(long_options_are_ours) {
  Becomes({"--queue", "never", "--profile=x", "--quiet", "ana"},
          {"--queue", "never", "--profile", "x", "--quiet", "--", "ana"});
  BOOST_TEST(CodeOf([&] { Translate({"ana", "--queue"}); }) == "usage");
}

BOOST_AUTO_TEST_CASE(what_stood_before_the_command_stays_as_it_is) {
  const CommandLine line = TranslateSendmail(
      {"sendmail", {"-p", "x", "-q", "-t"}, 3}, kGlobals, kOptions, warnings);
  CheckSame(line.words, {"-p", "x", "-q", "--read-recipients", "--"});
}

BOOST_AUTO_TEST_CASE(the_unknown_is_warned_about) {
  for (const std::string unknown : {"-z", "--nothing", "--nothing=x", "-F"}) {
    CheckSame(Translate({"-i", "ana", unknown}).words,
              {"--ignore-dots", "--", "ana"});
    BOOST_TEST(warnings.size() == 1);
  }
}

BOOST_AUTO_TEST_CASE(other_work_is_another_command) {
  const auto is = [&](const Words& words, const std::string& command,
                      const Words& ours) {
    const CommandLine line = Translate(words);
    BOOST_TEST(line.command == command);
    CheckSame(line.words, ours);
  };
  is({"-bp"}, "queue", {"list"});
  is({"-oi", "-t", "-bp"}, "queue", {"list"});
  is({"-bi"}, "config", {"list", "--quiet"});
  is({"-I"}, "config", {"list", "--quiet"});
  is({"-q30m"}, "queue", {"flush", "--due", "--quiet"});
  is({"-q", "ana"}, "sendmail", {"--", "ana"});
  is({"-qt"}, "queue", {"flush", "--due", "--quiet"});  // as glued as in -q30m
  is({"-q", "-t"}, "sendmail", {"--read-recipients", "--"});
  is({"-h"}, "sendmail", {"--help", "--"});
}

BOOST_AUTO_TEST_CASE(what_takes_no_mail_on_stdin_is_refused) {
  for (const std::string mode :
       {"-bs", "-bd", "-bD", "-bt", "-bv", "-b", "-bx"})
    BOOST_TEST_CONTEXT(mode) {
      if (mode == "-b") {
        Translate({mode});
        BOOST_TEST(warnings.size() == 1);
      } else {
        BOOST_TEST(CodeOf([&] { Translate({mode}); }) == "usage");
      }
    }
}

BOOST_AUTO_TEST_CASE(a_sender_with_line_ends_is_refused) {
  for (const std::string option : {"-f", "-r"}) {
    BOOST_TEST(CodeOf([&] { Translate({option, "a\nb", "ana"}); }) == "usage");
    BOOST_TEST(CodeOf([&] { Translate({option + "a\rb", "x"}); }) == "usage");
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
