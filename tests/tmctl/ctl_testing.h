// What the tests of tmctl share: failures as codes, places and variables of a
// test's own, text to try.
#ifndef TESTS_TMCTL_CTL_TESTING_H_
#define TESTS_TMCTL_CTL_TESTING_H_

#include <rapidcheck.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/temp_dir.h"
#include "tmctl/base/failure.h"

namespace turbo::ctl {

// The failure that `act` throws.
template <class Act>
Failure FailureOf(Act act) {
  try {
    act();
  } catch (const Failure& failure) {
    return failure;
  }
  BOOST_FAIL("nothing was thrown");
  return Failure("", "");
}

template <class Act>
std::string CodeOf(Act act) {
  return FailureOf(act).code;
}

template <class T>
void CheckSame(const std::vector<T>& actual, const std::vector<T>& expected) {
  BOOST_TEST(actual == expected, boost::test_tools::per_element());
}

inline void WriteFile(const std::string& path, const std::string& content,
                      mode_t mode = 0600) {
  std::ofstream(path, std::ios::binary) << content;
  chmod(path.c_str(), mode);
}

inline std::string ReadFile(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path, std::ios::binary).rdbuf();
  return content.str();
}

inline mode_t ModeOf(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) throw std::runtime_error("stat");
  return status.st_mode & 07777;
}

// An environment variable with another value (or none) for a while.
class Variable {
 public:
  Variable(std::string name, const std::optional<std::string>& value)
      : name_(std::move(name)) {
    if (const char* old = getenv(name_.c_str())) old_ = old;
    Set(value);
  }
  ~Variable() { Set(old_); }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;

 private:
  void Set(const std::optional<std::string>& value) {
    if (value) {
      setenv(name_.c_str(), value->c_str(), 1);
    } else {
      unsetenv(name_.c_str());
    }
  }

  const std::string name_;
  std::optional<std::string> old_;
};

inline std::string Utf8(uint32_t c) {
  const auto tail = [c](int shift) {
    return static_cast<char>(0x80 | ((c >> shift) & 0x3f));
  };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0 | (c >> 6)), tail(0)};
  if (c < 0x10000) {
    return {static_cast<char>(0xe0 | (c >> 12)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)};
}

// Any UTF-8, rich in what is treated specially: controls, wide, combining and
// invisible characters.
inline rc::Gen<std::string> AnyUtf8() {
  using rc::gen::inRange;
  const auto character = rc::gen::oneOf(
      inRange<uint32_t>(0, 0x80), inRange<uint32_t>(0x80, 0x370),
      inRange<uint32_t>(0x2000, 0x2070), inRange<uint32_t>(0x4e00, 0x4f00),
      inRange<uint32_t>(0xe000, 0x10000), inRange<uint32_t>(0x10000, 0x110000));
  return rc::gen::map(rc::gen::container<std::vector<uint32_t>>(character),
                      [](const std::vector<uint32_t>& characters) {
                        std::string text;
                        for (const uint32_t c : characters) text += Utf8(c);
                        return text;
                      });
}

inline rc::Gen<std::string> AnyBytes() {
  return rc::gen::container<std::string>(rc::gen::arbitrary<char>());
}

}  // namespace turbo::ctl

#endif  // TESTS_TMCTL_CTL_TESTING_H_
