// What the tests of the options share.
#ifndef TESTS_TMSERVER_OPTIONS_TESTING_H_
#define TESTS_TMSERVER_OPTIONS_TESTING_H_

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tmserver/options.h"

namespace turbo::server {

using Args = std::vector<std::string>;

inline constexpr char kNowhere[] = "/nonexistent/tmserver.json";

// A folder and a configuration file of its own for each test.
struct OptionsFixture {
  OptionsFixture() {
    std::string path = std::filesystem::temp_directory_path() / "tmXXXXXX";
    directory = mkdtemp(path.data());
    config = directory / "tmserver.json";
  }
  ~OptionsFixture() { std::filesystem::remove_all(directory); }

  void Write(const std::string& text) { std::ofstream(config) << text; }
  Args WithConfig(Args args = {}) const {
    args.insert(args.end(), {"--config", config});
    return args;
  }

  std::filesystem::path directory;
  std::filesystem::path config;
};

inline Options Parse(const Args& args, Environment environment = {}) {
  environment.emplace("HOME", "/home/ana");
  return ParseOptions(args, environment, kNowhere).options;
}

// The error's exit code and sentence.
struct Refusal {
  int exit_code = 0;
  std::string message;
  bool Names(const std::string& word) const {
    return message.find(word) != message.npos;
  }
};

inline Refusal Refused(const Args& args, Environment environment = {}) {
  try {
    Parse(args, std::move(environment));
  } catch (const OptionError& e) {
    return {e.exit_code(), e.what()};
  }
  return {};
}

}  // namespace turbo::server

#endif  // TESTS_TMSERVER_OPTIONS_TESTING_H_
