// tmctl-mime: reads a mail on stdin and prints it taken apart, as JSON. It
// belongs to tmctl, which alone calls it: see Decode for what it prints.

#include <sys/resource.h>

#include <cstdio>
#include <exception>
#include <iostream>
#include <iterator>

#include "tmctl/sendmail/mime/decode.h"

namespace {

// A mail can't keep its sender waiting for ever, whatever it does to the
// parser.
void LimitTime() {
  constexpr rlimit kLimit{30, 30};
  setrlimit(RLIMIT_CPU, &kLimit);
}

}  // namespace

int main() {
  LimitTime();
  try {
    std::ios::sync_with_stdio(false);
    const std::string mail{std::istreambuf_iterator<char>(std::cin), {}};
    std::cout << turbo::mime::Decode(mail).dump() << '\n' << std::flush;
    return std::cout ? 0 : 1;
  } catch (const std::exception& e) {
    std::cerr << "tmctl-mime: " << e.what() << '\n';
    return 1;
  }
}
