// The command line: the only file that knows cxxopts.
//
// Its traps are kept out here: values are taken whole (commas, newlines, any
// length, a leading dash), `--x=v` and `-xv` are the same as `-x v`, global
// options may stand before and after the command, and `--` ends options.
#ifndef TMCTL_CONFIG_OPTIONS_H_
#define TMCTL_CONFIG_OPTIONS_H_

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turbo::ctl {

// One option, as the command table and the help show it.
struct Option {
  char short_name;            // 0: none
  std::string_view name;      // without dashes
  std::string_view argument;  // what stands for its value; empty: a switch
  std::string_view help;
  // All that it takes, with spaces between them, where they are few.
  std::string_view values = {};
};

// What was given.
class Arguments {
 public:
  bool Has(std::string_view name) const;
  // The last value given, or `otherwise`.
  std::string Get(std::string_view name,
                  const std::string& otherwise = {}) const;
  std::vector<std::string> All(std::string_view name) const;
  const std::vector<std::string>& operands() const { return operands_; }

 private:
  friend Arguments ParseArguments(std::span<const Option>,
                                  std::span<const Option>,
                                  const std::vector<std::string>&);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::vector<std::string> operands_;
};

// `words` cut at the command: its name (empty where there is none) and the
// other words, in order. Options of `globals` may stand before it.
struct CommandLine {
  std::string command;
  std::vector<std::string> words;
  size_t before = 0;  // so many of the words stood before the command
};
CommandLine CutAtCommand(std::span<const Option> globals,
                         const std::vector<std::string>& words);

// Throws Failure (usage).
Arguments ParseArguments(std::span<const Option> globals,
                         std::span<const Option> options,
                         const std::vector<std::string>& words);

// The lines of a help text about `options`.
std::string DescribeOptions(std::span<const Option> options);

}  // namespace turbo::ctl

#endif  // TMCTL_CONFIG_OPTIONS_H_
