#include <array>
#include <string>
#include <vector>

#include "tests/tmctl/ctl_testing.h"
#include "tmctl/config/options.h"

namespace turbo::ctl {
namespace {

using Words = std::vector<std::string>;

constexpr std::array kGlobals{
    Option{'S', "server", "ADDR", "where"},
    Option{'q', "quiet", "", "say nothing"},
    Option{'v', "verbose", "", "say more"},
};
constexpr std::array kOptions{
    Option{'s', "subject", "TEXT", "what it is about"},
    Option{'m', "message", "TEXT", "what it says"},
    Option{0, "label", "K=V", "a label"},
    Option{0, "no-copy", "", "keep none"},
};

Arguments Parse(const Words& words) {
  return ParseArguments(kGlobals, kOptions, words);
}

std::string RefusalOf(const Words& words) {
  return CodeOf([&] { Parse(words); });
}

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(an_option_is_there_only_if_given) {
  const Arguments none = Parse({});
  BOOST_TEST(!none.Has("subject"));
  BOOST_TEST(none.Get("subject").empty());
  BOOST_TEST(none.Get("subject", "otherwise") == "otherwise");
  BOOST_TEST(none.All("label").empty());
  BOOST_TEST(none.operands().empty());
  BOOST_TEST(Parse({"--no-copy"}).Has("no-copy"));
}

BOOST_AUTO_TEST_CASE(all_spellings_of_a_value_are_the_same) {
  for (const Words& words :
       {Words{"--subject", "hola"}, Words{"--subject=hola"},
        Words{"-s", "hola"}, Words{"-shola"}}) {
    BOOST_TEST(Parse(words).Get("subject") == "hola");
    BOOST_TEST(Parse(words).operands().empty());
  }
}

BOOST_AUTO_TEST_CASE(an_equals_sign_after_a_letter_is_part_of_the_value) {
  BOOST_TEST(Parse({"-s=hola"}).Get("subject") == "=hola");
  BOOST_TEST(Parse({"--subject=a=b"}).Get("subject") == "a=b");
}

BOOST_AUTO_TEST_CASE(letters_are_bundled) {
  const Arguments arguments = Parse({"-qvshola"});
  BOOST_TEST(arguments.Has("quiet"));
  BOOST_TEST(arguments.Has("verbose"));
  BOOST_TEST(arguments.Get("subject") == "hola");
  BOOST_TEST(Parse({"-qs", "hola"}).Get("subject") == "hola");
}

BOOST_AUTO_TEST_CASE(commas_do_not_cut_a_value) {
  const Arguments arguments =
      Parse({"--label", "k=a,b", "--label=l=,", "--label", "m=c"});
  CheckSame(arguments.All("label"), {"k=a,b", "l=,", "m=c"});
  BOOST_TEST(Parse({"-sa,b"}).Get("subject") == "a,b");
}

BOOST_AUTO_TEST_CASE(a_value_may_be_very_long) {
  const std::string text(100 * 1024, 'x');
  BOOST_TEST((Parse({"--message=" + text}).Get("message") == text));
  BOOST_TEST((Parse({"-m" + text}).Get("message") == text));
  BOOST_TEST((Parse({"-m", text}).Get("message") == text));
}

BOOST_AUTO_TEST_CASE(a_value_is_any_text) {
  for (const std::string text :
       {"", " ", "-", "--", "-s", "--subject", "--subject=x", "--nonsense",
        "-1", "a\nb", "\n", "-\n", "a\rb", "=", "'", "\"", "ñ", "\xff"}) {
    BOOST_TEST(Parse({"-m", text}).Get("message") == text);
    BOOST_TEST(Parse({"--message", text}).Get("message") == text);
    BOOST_TEST(Parse({"--message=" + text}).Get("message") == text);
    BOOST_TEST(Parse({"-m", text}).Has("message"));
    BOOST_TEST(!Parse({"-m", text}).Has("subject"));
  }
}

BOOST_AUTO_TEST_CASE(any_value_comes_through_whole) {
  BOOST_TEST(rc::check([](const Words& values) {
    Words words;
    for (const std::string& value : values) {
      words.push_back("--label");
      // No argument of a program holds a NUL.
      words.push_back(value.substr(0, value.find('\0')));
    }
    const auto all = Parse(words).All("label");
    RC_ASSERT(all.size() == values.size());
    for (size_t i = 0; i < all.size(); ++i) {
      RC_ASSERT(all[i] == words[2 * i + 1]);
    }
  }));
}

BOOST_AUTO_TEST_CASE(the_last_of_several_values_counts) {
  BOOST_TEST(Parse({"-s", "one", "--subject=two"}).Get("subject") == "two");
}

BOOST_AUTO_TEST_CASE(operands_and_options_mix) {
  const Arguments arguments =
      Parse({"beto", "-s", "hola", "caro", "-q", "-", ""});
  CheckSame(arguments.operands(), {"beto", "caro", "-", ""});
  BOOST_TEST(arguments.Has("quiet"));
}

BOOST_AUTO_TEST_CASE(two_dashes_end_the_options) {
  const Arguments arguments = Parse({"-q", "--", "-s", "--", "--nonsense"});
  CheckSame(arguments.operands(), {"-s", "--", "--nonsense"});
  BOOST_TEST(!arguments.Has("subject"));
  BOOST_TEST(arguments.Has("quiet"));
}

BOOST_AUTO_TEST_CASE(two_dashes_after_an_option_are_its_value) {
  const Arguments arguments = Parse({"-s", "--", "-q"});
  BOOST_TEST(arguments.Get("subject") == "--");
  BOOST_TEST(arguments.Has("quiet"));
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_a_usage_error) {
  for (const char* word : {"--nonsense", "--nonsense=1", "-x", "-qx", "--s",
                           "--subj=x", "--=x", "---", "-\n", "--subject\n"}) {
    BOOST_TEST(RefusalOf({word}) == "usage", word);
  }
  BOOST_TEST(FailureOf([] {
               Parse({"--nonsense=1"});
             }).message.find("--nonsense") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_missing_value_is_a_usage_error) {
  for (const Words& words : {Words{"--subject"}, Words{"-s"}, Words{"-qs"},
                             Words{"beto", "--label"}}) {
    BOOST_TEST(RefusalOf(words) == "usage");
  }
}

BOOST_AUTO_TEST_CASE(a_switch_takes_no_value) {
  BOOST_TEST(RefusalOf({"--quiet=yes"}) == "usage");
  BOOST_TEST(RefusalOf({"--no-copy="}) == "usage");
}

BOOST_AUTO_TEST_CASE(the_command_is_the_first_operand) {
  const CommandLine line =
      CutAtCommand(kGlobals, {"send", "beto", "-s", "inbox"});
  BOOST_TEST(line.command == "send");
  CheckSame(line.words, {"beto", "-s", "inbox"});
}

BOOST_AUTO_TEST_CASE(global_options_stand_before_or_after_the_command) {
  for (const Words& words :
       {Words{"-S", "host", "send", "beto"}, Words{"-Shost", "send", "beto"},
        Words{"--server", "host", "send", "beto"},
        Words{"--server=host", "send", "beto"},
        Words{"send", "-S", "host", "beto"},
        Words{"send", "beto", "--server=host"}}) {
    const CommandLine line = CutAtCommand(kGlobals, words);
    BOOST_TEST(line.command == "send");
    const Arguments arguments = Parse(line.words);
    BOOST_TEST(arguments.Get("server") == "host");
    CheckSame(arguments.operands(), {"beto"});
  }
}

BOOST_AUTO_TEST_CASE(it_is_known_which_words_stood_before_the_command) {
  BOOST_TEST(CutAtCommand(kGlobals, {"send", "-q"}).before == 0);
  BOOST_TEST(CutAtCommand(kGlobals, {"-S", "x", "-q", "send"}).before == 3);
}

BOOST_AUTO_TEST_CASE(a_global_option_given_last_counts) {
  const CommandLine line =
      CutAtCommand(kGlobals, {"-S", "one", "send", "-S", "two"});
  BOOST_TEST(Parse(line.words).Get("server") == "two");
}

BOOST_AUTO_TEST_CASE(the_value_of_a_global_option_is_no_command) {
  BOOST_TEST(CutAtCommand(kGlobals, {"-S", "send"}).command.empty());
  BOOST_TEST(CutAtCommand(kGlobals, {"-qS", "send", "inbox"}).command ==
             "inbox");
}

BOOST_AUTO_TEST_CASE(a_command_s_option_before_it_is_a_usage_error) {
  BOOST_TEST(CodeOf([] {
               CutAtCommand(kGlobals, {"-s", "hola", "send"});
             }) == "usage");
}

BOOST_AUTO_TEST_CASE(without_a_command_the_words_stay) {
  BOOST_TEST(CutAtCommand(kGlobals, {}).command.empty());
  const CommandLine line = CutAtCommand(kGlobals, {"-q", "--", "send"});
  BOOST_TEST(line.command.empty());
  CheckSame(line.words, {"-q", "--", "send"});
}

BOOST_AUTO_TEST_CASE(the_help_has_a_line_for_each_option) {
  BOOST_TEST(DescribeOptions(kOptions) ==
             "  -s, --subject TEXT        what it is about\n"
             "  -m, --message TEXT        what it says\n"
             "      --label K=V           a label\n"
             "      --no-copy             keep none\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::ctl
