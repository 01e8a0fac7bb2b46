#include "tmctl/base/files.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>
#include <utility>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

constexpr size_t kMaxSecret = 64 * 1024;
constexpr size_t kMaxFile = size_t{64} << 20;
constexpr Milliseconds kLockStep{10};

Failure CannotCreate(const std::string& what, int error) {
  return Failure("cannot_create", WithErrno("can't create " + what, error));
}

Failure CannotRead(const std::string& path, int error) {
  return Failure("no_input", WithErrno("can't read " + path, error));
}

}  // namespace

void WriteAll(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t n = write(fd, content.data(), content.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      throw Failure("io_error", WithErrno("can't write " + path, errno));
    }
    content.remove_prefix(static_cast<size_t>(n));
  }
}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) close(fd_);
}

Input ReadAll(int fd, const std::string& name, size_t keep) {
  Input input;
  std::array<char, 64 * 1024> buffer;
  for (;;) {
    const ssize_t n = read(fd, buffer.data(), buffer.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && errno == EISDIR) throw CannotRead(name, errno);
    if (n < 0)
      throw Failure("io_error", WithErrno("can't read " + name, errno));
    if (n == 0) return input;
    const auto got = static_cast<size_t>(n);
    input.total += got;
    input.bytes.append(
        buffer.data(),
        std::min(got, keep - std::min(keep, input.bytes.size())));
  }
}

std::optional<std::string> ReadFileIfThere(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    throw CannotRead(path, errno);
  }
  return ReadAll(file.fd(), path, kMaxFile).bytes;
}

std::string ReadSecretFile(const std::string& path) {
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (file.fd() < 0 || fstat(file.fd(), &status) != 0) {
    throw CannotRead(path, errno);
  }
  if (S_ISREG(status.st_mode) && (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw Failure("bad_config", path + " can be written by others",
                  "chmod go-w " + path);
  }
  std::string secret = ReadAll(file.fd(), path, kMaxSecret).bytes;
  if (secret.ends_with('\n')) secret.pop_back();
  return secret;
}

std::string Followed(const std::string& path) {
  namespace fs = std::filesystem;
  constexpr int kMostLinks = 40;  // as Linux has it
  std::error_code error;
  fs::path target = path;
  for (int links = 0; links < kMostLinks && fs::is_symlink(target, error);
       ++links) {
    target = target.parent_path() / fs::read_symlink(target, error);
  }
  const fs::path whole =
      fs::weakly_canonical(fs::absolute(target, error), error);
  return whole.empty() ? path : whole.string();
}

void ReplaceFile(const std::string& path, std::string_view content) {
  const std::string target = Followed(path);
  std::string temporary = target + ".XXXXXX";
  const File file(mkostemp(temporary.data(), O_CLOEXEC));
  if (file.fd() < 0) throw CannotCreate(temporary, errno);
  try {
    WriteAll(file.fd(), content, temporary);
    if (fsync(file.fd()) != 0) {
      throw Failure("io_error", WithErrno("can't sync " + temporary, errno));
    }
    if (rename(temporary.c_str(), target.c_str()) != 0) {
      throw CannotCreate(target, errno);
    }
  } catch (const Failure&) {
    unlink(temporary.c_str());
    throw;
  }
  SyncDirectoryOf(target);
}

void SyncDirectoryOf(const std::string& path) {
  std::string directory = std::filesystem::path(path).parent_path();
  if (directory.empty()) directory = ".";
  const File dir(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (dir.fd() < 0 || fsync(dir.fd()) != 0) {
    throw Failure("io_error", WithErrno("can't sync " + directory, errno));
  }
}

void WriteTo(const std::string& path, std::string_view content) {
  const File file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                       S_IRUSR | S_IWUSR));
  if (file.fd() < 0) throw CannotCreate(path, errno);
  WriteAll(file.fd(), content, path);
  // Pipes and devices have nothing to sync.
  if (fsync(file.fd()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    throw Failure("io_error", WithErrno("can't sync " + path, errno));
  }
}

void MakeDirectories(const std::string& path) {
  std::error_code ignored;  // mkdir finds the same and says so
  if (path.empty() || std::filesystem::is_directory(path, ignored)) return;
  const std::string parent = std::filesystem::path(path).parent_path();
  if (parent != path) MakeDirectories(parent);
  if (mkdir(path.c_str(), 0700) == 0) return;
  const int error = errno;
  // Another process may have been faster.
  if (std::filesystem::is_directory(path, ignored)) return;
  throw CannotCreate("the directory " + path, error);
}

void RemoveFile(const std::string& path) {
  if (unlink(path.c_str()) != 0) {
    throw Failure("io_error", WithErrno("can't remove " + path, errno));
  }
  SyncDirectoryOf(path);
}

std::string HomeDirectory() {
  if (const char* home = std::getenv("HOME"); home != nullptr && *home == '/') {
    return home;
  }
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr || entry->pw_dir[0] != '/' ? "" : entry->pw_dir;
}

FileLock::FileLock(const std::string& path, Milliseconds patience)
    : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)) {
  if (file_.fd() < 0) throw CannotCreate(path, errno);
  const auto end = std::chrono::steady_clock::now() + patience;
  while (flock(file_.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) throw CannotCreate(path, errno);
    if (std::chrono::steady_clock::now() >= end) {
      throw Failure("busy", "another process holds the lock " + path);
    }
    std::this_thread::sleep_for(kLockStep);
  }
}

}  // namespace turbo::ctl
