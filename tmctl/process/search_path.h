// The programs on PATH.
#ifndef TMCTL_PROCESS_SEARCH_PATH_H_
#define TMCTL_PROCESS_SEARCH_PATH_H_

#include <string>
#include <vector>

namespace turbo::ctl {

// Its directories. Empty elements, which mean the current directory, don't
// count.
std::vector<std::string> PathDirectories();

// Whether we could run this file.
bool IsProgram(const std::string& path);

// The path of the first program of this name; empty where there is none.
std::string FindOnPath(const std::string& name);

}  // namespace turbo::ctl

#endif  // TMCTL_PROCESS_SEARCH_PATH_H_
