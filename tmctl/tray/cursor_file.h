// A file that keeps a place in a tray from one run to the next.
#ifndef TMCTL_TRAY_CURSOR_FILE_H_
#define TMCTL_TRAY_CURSOR_FILE_H_

#include <string>

#include "tmctl/base/files.h"

namespace turbo::ctl {

// Locked (PATH.lock) while the object lives; busy where another process has it,
// usage where the path is empty.
class CursorFile {
 public:
  explicit CursorFile(std::string path);
  // Empty where there is no file yet: from the oldest message on.
  const std::string& content() const { return content_; }
  // Replaces the file in one step, if that changes anything.
  void Move(const std::string& cursor);

 private:
  const std::string path_;
  const FileLock lock_;
  std::string content_;
};

}  // namespace turbo::ctl

#endif  // TMCTL_TRAY_CURSOR_FILE_H_
