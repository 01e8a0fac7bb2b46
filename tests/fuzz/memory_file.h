// A file without a name, for what reads from descriptors and paths.
#ifndef TESTS_FUZZ_MEMORY_FILE_H_
#define TESTS_FUZZ_MEMORY_FILE_H_

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "tests/fuzz/targets.h"

namespace turbo::fuzz {

class MemoryFile {
 public:
  explicit MemoryFile(std::string_view content)
      : fd_(memfd_create("input", MFD_CLOEXEC)) {
    const auto size = static_cast<ssize_t>(content.size());
    Require(pwrite(fd_, content.data(), content.size(), 0) == size &&
                fchmod(fd_, S_IRUSR | S_IWUSR) == 0,
            "there is memory for the input");
  }
  ~MemoryFile() { close(fd_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  int fd() const { return fd_; }
  std::string path() const { return "/proc/self/fd/" + std::to_string(fd_); }

 private:
  const int fd_;
};

}  // namespace turbo::fuzz

#endif  // TESTS_FUZZ_MEMORY_FILE_H_
