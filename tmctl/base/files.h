// Files and descriptors, with errors as Failures.
#ifndef TMCTL_BASE_FILES_H_
#define TMCTL_BASE_FILES_H_

#include <optional>
#include <string>
#include <string_view>

#include "tmctl/base/units.h"

namespace turbo::ctl {

// An open descriptor, closed with its owner.
class File {
 public:
  explicit File(int fd = -1) : fd_(fd) {}
  File(File&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  File& operator=(File&& other) noexcept;
  ~File();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// How many bytes came, and the first of them.
struct Input {
  std::string bytes;
  size_t total = 0;
};

// More than any server takes in one message; what comes is still read to its
// end.
inline constexpr size_t kMaxInput = size_t{256} << 20;

// Reads to the end, keeping at most `keep` bytes. `name` is for errors:
// no_input for a directory, io_error.
Input ReadAll(int fd, const std::string& name, size_t keep);

// All of it; `name` is for errors (io_error).
void WriteAll(int fd, std::string_view content, const std::string& name);

// The whole file, or nothing where there is none. no_input where it can't be
// read.
std::optional<std::string> ReadFileIfThere(const std::string& path);

// A file with a secret: a password or token. One newline at the end is removed.
// no_input where it can't be read, bad_config where others may write it.
std::string ReadSecretFile(const std::string& path);

// Where `path` leads as a symbolic link, also where nothing is there yet; else
// the path itself. Absolute.
std::string Followed(const std::string& path);

// Replaces `path`, or what it leads to, in one step, synced, mode 0600: after a
// crash it holds either the old or the new content. cannot_create, io_error.
void ReplaceFile(const std::string& path, std::string_view content);

// Writes `content` to `path`, whatever kind of file that is or, where there is
// none, to a new one, mode 0600. cannot_create, io_error.
void WriteTo(const std::string& path, std::string_view content);

// Makes what happened in the directory of `path` last. io_error.
void SyncDirectoryOf(const std::string& path);

// Makes `path` and its missing parents, mode 0700. cannot_create.
void MakeDirectories(const std::string& path);

// Takes `path` out of its directory, for good when this returns. io_error.
void RemoveFile(const std::string& path);

// $HOME, else the home of the password database; empty where there is none.
std::string HomeDirectory();

// The exclusive lock on `path` (a file of its own), held while the object
// lives. cannot_create; busy after `patience`.
class FileLock {
 public:
  FileLock(const std::string& path, Milliseconds patience);

 private:
  File file_;
};

}  // namespace turbo::ctl

#endif  // TMCTL_BASE_FILES_H_
