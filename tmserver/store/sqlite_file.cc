#include "tmserver/store/sqlite_file.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tmserver/store/open.h"

namespace turbo::store {
namespace {

using std::filesystem::path;
using Kind = OpenError::Kind;

[[noreturn]] void FailToSystem(const std::string& what, int error) {
  throw OpenError(Kind::kFailed,
                  what + ": " + std::generic_category().message(error));
}

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

void MakeDirectory(const path& directory) {
  struct stat status;
  if (stat(directory.c_str(), &status) == 0) return;
  const path parent = directory.parent_path();
  MakeDirectory(parent);
  if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    FailToSystem("can't make the directory " + directory.string(), errno);
  }
  SyncDirectory(parent);
}

void RefuseNetworkFileSystem(const path& directory) {
  struct statfs status;
  if (statfs(directory.c_str(), &status) != 0) {
    FailToSystem("can't use the directory " + directory.string(), errno);
  }
  if (!IsNetworkFileSystem(static_cast<unsigned long>(status.f_type))) return;
  throw OpenError(Kind::kConfig,
                  directory.string() +
                      " is on a network file system, which can't hold a "
                      "SQLite store safely: use a local disk");
}

}  // namespace

StoreLock::StoreLock(const path& path)
    : descriptor_(open((path.string() + ".lock").c_str(),
                       O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
  if (descriptor_ < 0) {
    FailToSystem("can't open " + path.string() + ".lock", errno);
  }
  if (flock(descriptor_, LOCK_EX | LOCK_NB) == 0) return;
  const int error = errno;
  close(descriptor_);
  if (error != EWOULDBLOCK) {
    FailToSystem("can't lock " + path.string() + ".lock", error);
  }
  throw OpenError(Kind::kBusy,
                  "another tmserver is using the store " + path.string() +
                      ": stop it first, or give this one a store of its own");
}

StoreLock::~StoreLock() { close(descriptor_); }

bool IsNetworkFileSystem(unsigned long type) {
  constexpr unsigned long kCifs = 0xFF534D42;
  constexpr unsigned long kSmb2 = 0xFE534D42;
  constexpr unsigned long kCeph = 0x00C36400;
  switch (type & 0xFFFFFFFF) {
    case NFS_SUPER_MAGIC:
    case SMB_SUPER_MAGIC:
    case kCifs:
    case kSmb2:
    case kCeph:
    case AFS_SUPER_MAGIC:
    case CODA_SUPER_MAGIC:
    case NCP_SUPER_MAGIC:
    case V9FS_MAGIC:
      return true;
    default:
      return false;
  }
}

path PrepareDirectory(const path& given) {
  std::error_code error;
  path whole = std::filesystem::weakly_canonical(
      std::filesystem::absolute(given, error), error);
  if (error) FailToSystem("can't find " + given.string(), error.value());
  struct stat status;
  if (!whole.has_filename() ||
      (stat(whole.c_str(), &status) == 0 && !S_ISREG(status.st_mode))) {
    throw OpenError(
        Kind::kConfig,
        given.string() + " is not a file: name one that can hold the store");
  }
  MakeDirectory(whole.parent_path());
  RefuseNetworkFileSystem(whole.parent_path());
  return whole;
}

void PrepareFile(const path& path) {
  const Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (file.get() < 0) {
    FailToSystem("can't open the store " + path.string() + " for writing",
                 errno);
  }
  struct stat status = {};
  fstat(file.get(), &status);
  if (status.st_nlink > 1) {
    throw OpenError(Kind::kConfig,
                    "the store " + path.string() +
                        " is also a file of another name (a hard link), by "
                        "which a second server could write to it: give this "
                        "one a copy, made with cp");
  }
  const bool is_anothers = geteuid() != 0 && status.st_uid != geteuid();
  if (!is_anothers && (status.st_mode & S_IWOTH) == 0) return;
  throw OpenError(Kind::kConfig,
                  "others can write to the store " + path.string() +
                      ": give it to this user alone, with chown and chmod");
}

void SyncDirectory(const path& directory) {
  const Descriptor opened(
      open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() < 0 || fsync(opened.get()) != 0) {
    FailToSystem("can't sync the directory " + directory.string(), errno);
  }
}

}  // namespace turbo::store
