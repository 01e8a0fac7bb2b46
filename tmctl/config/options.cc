#include "tmctl/config/options.h"

#include <algorithm>

// Lists are not cut at commas, and std::regex, which overflows the stack on
// long arguments, is not used.
#define CXXOPTS_VECTOR_DELIMITER '\0'
#define CXXOPTS_NO_REGEX
#include <cxxopts.hpp>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

using Options = std::span<const Option>;

constexpr size_t kHelpColumn = 28;

// All options that may stand on this command line.
class Known {
 public:
  Known(Options globals, Options options) : lists_{globals, options} {}

  const Option* ByName(std::string_view name) const {
    return Find([&](const Option& o) { return o.name == name; });
  }
  const Option* ByLetter(char letter) const {
    return Find([&](const Option& o) { return o.short_name == letter; });
  }
  auto begin() const { return lists_.begin(); }
  auto end() const { return lists_.end(); }

 private:
  template <class Predicate>
  const Option* Find(Predicate matches) const {
    for (const Options list : lists_) {
      const auto found = std::find_if(list.begin(), list.end(), matches);
      if (found != list.end()) return &*found;
    }
    return nullptr;
  }

  std::array<Options, 2> lists_;
};

bool IsOption(const std::string& word) {
  return word.size() > 1 && word.front() == '-';
}

// One word as the words that cxxopts should see in its place: a value that is
// glued to its option becomes a word of its own. `takes_next` is set where the
// value is the next word.
std::vector<std::string> Unglue(const Known& known, const std::string& word,
                                bool& takes_next) {
  takes_next = false;
  if (word.starts_with("--")) {
    const size_t equals = word.find('=');
    const std::string name = word.substr(2, equals - 2);
    const Option* option = known.ByName(name);
    if (option == nullptr) throw Usage("unknown option --" + name);
    const bool glued = equals != std::string::npos;
    if (option->argument.empty()) {
      if (glued) throw Usage("option --" + name + " takes no value");
      return {word};
    }
    takes_next = !glued;
    if (glued) return {"--" + name, word.substr(equals + 1)};
    return {word};
  }
  std::vector<std::string> words;
  for (size_t i = 1; i < word.size(); ++i) {
    const Option* option = known.ByLetter(word[i]);
    if (option == nullptr) {
      throw Usage(std::string("unknown option -") + word[i]);
    }
    words.push_back("--" + std::string(option->name));
    if (option->argument.empty()) continue;
    takes_next = i + 1 == word.size();
    if (!takes_next) words.push_back(word.substr(i + 1));
    break;
  }
  return words;
}

// The words in the form that cxxopts takes without surprise; operands are kept
// apart.
std::vector<std::string> Normalize(const Known& known,
                                   const std::vector<std::string>& words,
                                   std::vector<std::string>& operands) {
  std::vector<std::string> normal;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      operands.insert(operands.end(), words.begin() + i + 1, words.end());
      break;
    }
    if (!IsOption(words[i])) {
      operands.push_back(words[i]);
      continue;
    }
    bool takes_next = false;
    for (std::string& word : Unglue(known, words[i], takes_next)) {
      normal.push_back(std::move(word));
    }
    if (!takes_next) continue;
    if (++i == words.size()) {
      throw Usage("option " + words[i - 1] + " needs a value");
    }
    normal.push_back(words[i]);
  }
  return normal;
}

}  // namespace

bool Arguments::Has(std::string_view name) const {
  return values_.find(name) != values_.end();
}

std::string Arguments::Get(std::string_view name,
                           const std::string& otherwise) const {
  const auto found = values_.find(name);
  return found == values_.end() ? otherwise : found->second.back();
}

std::vector<std::string> Arguments::All(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

CommandLine CutAtCommand(Options globals,
                         const std::vector<std::string>& words) {
  const Known known(globals, {});
  CommandLine line;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") break;
    if (!IsOption(words[i])) {
      line.command = words[i];
      line.words.assign(words.begin(), words.begin() + i);
      line.before = i;
      line.words.insert(line.words.end(), words.begin() + i + 1, words.end());
      return line;
    }
    bool takes_next = false;
    Unglue(known, words[i], takes_next);
    if (takes_next) ++i;
  }
  line.words = words;
  return line;
}

Arguments ParseArguments(Options globals, Options options,
                         const std::vector<std::string>& words) {
  const Known known(globals, options);
  Arguments arguments;
  const std::vector<std::string> normal =
      Normalize(known, words, arguments.operands_);
  std::vector<const char*> argv{"tmctl"};
  for (const std::string& word : normal) argv.push_back(word.c_str());
  try {
    cxxopts::Options parser("tmctl");
    auto add = parser.add_options();
    for (const Options list : known) {
      for (const Option& option : list) {
        if (option.argument.empty()) {
          add(std::string(option.name), "");
        } else {
          add(std::string(option.name), "",
              cxxopts::value<std::vector<std::string>>());
        }
      }
    }
    const cxxopts::ParseResult result =
        parser.parse(static_cast<int>(argv.size()), argv.data());
    for (const cxxopts::KeyValue& pair : result.arguments()) {
      arguments.values_[pair.key()].push_back(pair.value());
    }
  } catch (const cxxopts::exceptions::exception& e) {
    throw Usage(e.what());
  }
  return arguments;
}

std::string DescribeOptions(Options options) {
  std::string text;
  for (const Option& option : options) {
    std::string line = "  ";
    line += option.short_name ? std::string{'-', option.short_name, ',', ' '}
                              : std::string(4, ' ');
    line += "--" + std::string(option.name);
    if (!option.argument.empty()) line += " " + std::string(option.argument);
    line += line.size() < kHelpColumn
                ? std::string(kHelpColumn - line.size(), ' ')
                : "\n" + std::string(kHelpColumn, ' ');
    text += line + std::string(option.help) + "\n";
  }
  return text;
}

}  // namespace turbo::ctl
