#include "tmctl/process/search_path.h"

#include <absl/strings/str_split.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turbo::ctl {

std::vector<std::string> PathDirectories() {
  const char* path = getenv("PATH");
  return absl::StrSplit(path == nullptr ? "" : path, ':', absl::SkipEmpty());
}

bool IsProgram(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
         access(path.c_str(), X_OK) == 0;
}

std::string FindOnPath(const std::string& name) {
  for (const std::string& directory : PathDirectories()) {
    std::string path = directory + "/" + name;
    if (IsProgram(path)) return path;
  }
  return {};
}

}  // namespace turbo::ctl
