#include "tmctl/sendmail/sendmail_words.h"

#include <getopt.h>

#include <filesystem>

#include "tmctl/base/failure.h"
#include "tmctl/config/aliases.h"

namespace turbo::ctl {
namespace {

// Sendmail's own, and those that other programs of its name have added.
constexpr char kShort[] =
    ":A:B:b:C:cD:d::e:F:f:Gh:IiJ:K:L:M:mN:nO:o:p:Q:q::R:r:sTtUV:vX:x";

// getopt's table of our long options.
std::vector<option> LongOptions(std::span<const Option> globals,
                                std::span<const Option> options) {
  std::vector<option> table;
  for (const auto list : {globals, options}) {
    for (const Option& one : list) {
      table.push_back({one.name.data(),
                       one.argument.empty() ? no_argument : required_argument,
                       nullptr, 0});
    }
  }
  table.push_back({nullptr, 0, nullptr, 0});
  return table;
}

class Translator {
 public:
  explicit Translator(CommandLine& line) : line_(line) {}

  // One of sendmail's letters with its value.
  void Take(int letter, const std::string& value) {
    switch (letter) {
      case 't':
        headers_ = true;
        return;
      case 'i':
        ignore_dots_ = true;
        return;
      case 'o':
        ignore_dots_ = ignore_dots_ || value == "i";
        return;
      case 'v':
        return Add("--verbose");
      case 'f':
      case 'r':
        SplitAddresses(value);  // only a true address is passed over
        return;
      case 'I':
        mode_ = "i";
        return;
      case 'b':
        mode_ = value;
        return;
      case 'q':
        flush_ = true;
        return;
      default:  // means nothing here, or nothing any more
        return;
    }
  }

  // What getopt, by its `verdict` and optopt, could make nothing of.
  void TakeWrong(int verdict, const std::string& word,
                 std::vector<std::string>& warnings) {
    if (verdict == ':' && optopt == 'h') {
      return Add("--help");  // it has no value, so it counts no hops
    }
    if (verdict == ':' && optopt == 0) {
      throw Usage("option " + word + " needs a value");
    }
    const std::string option =
        optopt == 0 ? word : std::string{'-', static_cast<char>(optopt)};
    warnings.push_back("option " + option +
                       (verdict == ':' ? " has no value" : " is unknown") +
                       ": ignored");
  }

  void Add(const std::string& word) { line_.words.push_back(word); }

  // After all words: what kind of call it is.
  void Finish(const std::vector<std::string>& operands) {
    if (mode_ == "p") return Become("queue", {"list"});
    // Our aliases need no database; a configuration that is wrong is told.
    if (mode_ == "i") return Become("config", {"list", "--quiet"});
    if (mode_ != "m") {
      throw Usage("sendmail -b" + mode_ +
                  " is not offered: mail is taken on stdin alone");
    }
    if (flush_ && operands.empty() && !headers_) {
      return Become("queue", {"flush", "--due", "--quiet"});
    }
    if (headers_) Add("--read-recipients");
    if (ignore_dots_) Add("--ignore-dots");
    Add("--");
    for (const std::string& operand : operands) Add(operand);
  }

 private:
  void Become(const std::string& command,
              const std::vector<std::string>& words) {
    line_.command = command;
    for (const std::string& word : words) Add(word);
  }

  CommandLine& line_;
  std::string mode_ = "m";
  bool headers_ = false;
  bool ignore_dots_ = false;
  bool flush_ = false;
};

}  // namespace

std::vector<std::string> WordsOf(int argc, char** argv) {
  if (argc == 0) return {};
  std::vector<std::string> words(argv + 1, argv + argc);
  const std::string name = std::filesystem::path(argv[0]).filename();
  const auto begin = [&](std::vector<std::string> first) {
    words.insert(words.begin(), first.begin(), first.end());
  };
  if (name == "sendmail") begin({"sendmail"});
  if (name == "mailq") begin({"sendmail", "-bp"});
  if (name == "newaliases") begin({"sendmail", "-bi"});
  return words;
}

CommandLine TranslateSendmail(const CommandLine& line,
                              std::span<const Option> globals,
                              std::span<const Option> options,
                              std::vector<std::string>& warnings) {
  std::vector<std::string> words(line.words.begin() + line.before,
                                 line.words.end());
  words.insert(words.begin(), line.command);
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (std::string& word : words) argv.push_back(word.data());
  const auto argc = static_cast<int>(argv.size());
  argv.push_back(nullptr);
  const std::vector<option> table = LongOptions(globals, options);

  CommandLine ours = line;
  ours.words.resize(line.before);
  Translator translator(ours);
  optind = 0;  // glibc's way to begin anew
  opterr = 0;
  int index = 0;
  for (int letter; (letter = getopt_long(argc, argv.data(), kShort,
                                         table.data(), &index)) != -1;) {
    const std::string value = optarg == nullptr ? "" : optarg;
    if (letter == 0) {
      translator.Add(std::string("--") + table[index].name);
      if (table[index].has_arg != no_argument) translator.Add(value);
    } else if (letter == '?' || letter == ':') {
      translator.TakeWrong(letter, argv[optind - 1], warnings);
    } else {
      translator.Take(letter, value);
    }
  }
  translator.Finish({argv.begin() + optind, argv.begin() + argc});
  return ours;
}

}  // namespace turbo::ctl
