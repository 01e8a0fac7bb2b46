#include "tmctl/session/secret_file.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "tmctl/base/failure.h"

namespace turbo::ctl {
namespace {

namespace fs = std::filesystem;

// More than any secret, so that writing one needs no more room.
constexpr size_t kRoom = 256;

Failure CannotCreate(const std::string& path, int error) {
  return Failure("cannot_create", WithErrno("can't create " + path, error));
}

void WriteAt0(int fd, const std::string& text, const std::string& path) {
  const ssize_t n = pwrite(fd, text.data(), text.size(), 0);
  if (n != static_cast<ssize_t>(text.size()) || fsync(fd) != 0) {
    throw Failure("io_error",
                  WithErrno("can't write " + path, n < 0 ? errno : ENOSPC));
  }
}

// The file that a link leads to, which a replacement leaves where it is.
std::string Resolved(const std::string& path) {
  std::error_code ignored;
  const std::string target = fs::weakly_canonical(path, ignored);
  return target.empty() ? path : target;
}

}  // namespace

SecretFile::SecretFile(const std::string& path, Existing existing,
                       Milliseconds patience)
    : existing_(existing),
      path_(existing == Existing::kReplace ? Resolved(path) : path) {
  struct stat status {};
  const bool there = lstat(path_.c_str(), &status) == 0;
  if (there && existing == Existing::kRefuse) {
    throw Failure("cannot_create", path + " exists already",
                  "name a new file, or remove that one");
  }
  if (there && !S_ISREG(status.st_mode)) {
    throw Failure("cannot_create", path + " is not a file");
  }
  if (existing == Existing::kReplace) lock_.emplace(path_ + ".lock", patience);
  TakeRoom();
  if (there && status.st_uid != geteuid() &&
      fchown(file_.fd(), status.st_uid, status.st_gid) != 0) {
    const int error = errno;
    unlink(temporary_.c_str());
    throw Failure("cannot_create",
                  WithErrno(path + " belongs to another user", error));
  }
}

SecretFile::~SecretFile() {
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

void SecretFile::TakeRoom() {
  std::string name = path_ + ".XXXXXX";
  file_ = File(mkostemp(name.data(), O_CLOEXEC));
  if (file_.fd() < 0) throw CannotCreate(path_, errno);
  try {
    WriteAt0(file_.fd(), std::string(kRoom, '\n'), name);
  } catch (const Failure&) {
    unlink(name.c_str());
    throw;
  }
  temporary_ = name;
}

void SecretFile::Keep(const std::string& secret) {
  WriteAt0(file_.fd(), secret + "\n", path_);
  if (ftruncate(file_.fd(), static_cast<off_t>(secret.size() + 1)) != 0 ||
      fsync(file_.fd()) != 0) {
    throw Failure("io_error", WithErrno("can't write " + path_, errno));
  }
  Publish();
  SyncDirectoryOf(path_);
}

void SecretFile::Publish() {
  // A link, unlike a rename, fails where the file has come to be meanwhile.
  const bool replace = existing_ == Existing::kReplace;
  const int result = replace ? rename(temporary_.c_str(), path_.c_str())
                             : link(temporary_.c_str(), path_.c_str());
  if (result != 0) throw CannotCreate(path_, errno);
  if (!replace) unlink(temporary_.c_str());
  temporary_.clear();
}

}  // namespace turbo::ctl
