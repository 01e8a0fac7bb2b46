#include "tmctl/tray/cursor_file.h"

#include <utility>

#include "tmctl/base/failure.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {
namespace {

std::string Named(std::string path) {
  if (path.empty()) throw Usage("--cursor-file needs the name of a file");
  return path;
}

}  // namespace

CursorFile::CursorFile(std::string path)
    : path_(Named(std::move(path))),
      lock_(Followed(path_) + ".lock", Milliseconds(0)) {
  content_ = ReadFileIfThere(path_).value_or("");
  if (content_.ends_with('\n')) content_.pop_back();
  CheckText(content_, "the cursor file");
}

void CursorFile::Move(const std::string& cursor) {
  if (cursor == content_) return;
  ReplaceFile(path_, cursor + "\n");
  content_ = cursor;
}

}  // namespace turbo::ctl
