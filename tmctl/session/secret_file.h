// Files that are about to hold a new secret.
#ifndef TMCTL_SESSION_SECRET_FILE_H_
#define TMCTL_SESSION_SECRET_FILE_H_

#include <optional>
#include <string>

#include "tmctl/base/files.h"
#include "tmctl/base/units.h"

namespace turbo::ctl {

// Everything that can fail is tried before the secret exists: the object takes
// its room in a file beside `path`. Unless Keep is called that is removed
// again, and `path` stays as it was.
class SecretFile {
 public:
  enum class Existing { kRefuse, kReplace };

  // A file that may be replaced keeps its owner, and `path`.lock is locked
  // while the object lives, so that of two processes the later one's secret
  // stays. cannot_create, also where `path` exists and may not, or is no file;
  // io_error; busy after `patience`.
  SecretFile(const std::string& path, Existing existing, Milliseconds patience);
  ~SecretFile();
  SecretFile(const SecretFile&) = delete;
  SecretFile& operator=(const SecretFile&) = delete;

  // `path` holds the secret and a newline, synced, mode 0600: in one step.
  // Called once. cannot_create, io_error.
  void Keep(const std::string& secret);

 private:
  void TakeRoom();
  void Publish();

  const Existing existing_;
  std::string path_;  // where links lead
  std::optional<FileLock> lock_;
  std::string temporary_;  // empty once it is gone
  File file_;
};

}  // namespace turbo::ctl

#endif  // TMCTL_SESSION_SECRET_FILE_H_
