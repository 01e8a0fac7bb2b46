// What the fuzzers try. Each target takes any bytes and comes back, whatever
// they are; Require ends the process where a promise is broken. The fuzzers
// (clang's libFuzzer) search for bytes on which a target doesn't, and
// fuzz_tests tries those of corpus/NAME in every build.
#ifndef TESTS_FUZZ_TARGETS_H_
#define TESTS_FUZZ_TARGETS_H_

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace turbo::fuzz {

// send --batch: lines from a descriptor, and what one says.
void Batch(std::string_view input);
// The configuration files of tmserver and tmctl.
void Config(std::string_view input);
// Calls of every rpc; the input is a Script (script.proto) as text.
void Handlers(std::string_view input);
// A mail as tmctl-mime takes it apart.
void Mime(std::string_view input);
// Cursors and page tokens.
void Position(std::string_view input);
// sendmail's words, addresses, aliases, and its mail as tmctl reads it.
void Sendmail(std::string_view input);
// What tmctl shows of a server's answer.
void Show(std::string_view input);
// A file in the spool.
void Spool(std::string_view input);
// Text for terminals, and values as people write them.
void Text(std::string_view input);

// Whether nothing in `text` steers a terminal; line ends and tabs may.
bool IsTame(std::string_view text);

inline void Require(bool holds, const char* promise,
                    std::string_view about = {}) {
  if (holds) return;
  std::fprintf(stderr, "broken: %s %.*s\n", promise,
               static_cast<int>(about.size()), about.data());
  std::abort();
}

}  // namespace turbo::fuzz

#endif  // TESTS_FUZZ_TARGETS_H_
