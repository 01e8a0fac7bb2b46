// One fuzzer: libFuzzer around FUZZ_TARGET.
#include <cstddef>
#include <cstdint>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  turbo::fuzz::FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
