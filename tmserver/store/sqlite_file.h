// The file of a SQLite store: made, guarded, and looked at before it is opened.
#ifndef TMSERVER_STORE_SQLITE_FILE_H_
#define TMSERVER_STORE_SQLITE_FILE_H_

#include <filesystem>
#include <string>

namespace turbo::store {

// Keeps other servers away from a store for as long as it lives.
class StoreLock {
 public:
  // Takes `path`.lock. Throws OpenError, kBusy where another server has it.
  explicit StoreLock(const std::filesystem::path& path);
  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  int descriptor_;
};

// Whether a file system of this statfs f_type is shared between machines.
// SQLite's log needs shared memory, which ends at the machine.
bool IsNetworkFileSystem(unsigned long type);

// Where the file that is given as `path` is: absolute, without symbolic links.
// Makes its directory (0700) where that is missing. Throws OpenError, also
// where something else than a file is in that place.
std::filesystem::path PrepareDirectory(const std::filesystem::path& path);

// Makes an empty file (0600) at `path` where there is none. The caller holds
// the lock: closing a file that another store has open would end SQLite's own
// locks on it. Throws OpenError where the file can't be written, or has another
// name: SQLite finds its log, and we the lock, by the name.
void PrepareFile(const std::filesystem::path& path);

// Makes the entries of `directory` durable. Throws OpenError.
void SyncDirectory(const std::filesystem::path& directory);

}  // namespace turbo::store

#endif  // TMSERVER_STORE_SQLITE_FILE_H_
