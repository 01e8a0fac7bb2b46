#include "tmctl/sending/attachments.h"

#include <fcntl.h>

#include <cerrno>
#include <filesystem>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/base/text.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {

namespace v1 = ::turbomessage::v1;

v1::Attachment ReadAttachment(const std::string& path) {
  const std::string name = std::filesystem::path(path).filename();
  if (name.empty() || name == "-") {
    throw Usage("--attach: '" + path + "' is not the name of a file");
  }
  const File file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.fd() < 0 || std::filesystem::is_directory(path)) {
    throw Failure("no_input", WithErrno("can't read " + path,
                                        file.fd() < 0 ? errno : EISDIR));
  }
  Input input = ReadAll(file.fd(), path, kMaxInput);
  if (input.total > kMaxInput) {
    throw Failure("message_too_large",
                  path + " has " + std::to_string(input.total) + " bytes");
  }
  v1::Attachment attachment;
  attachment.set_name(CheckText(name, "an attachment's name"));
  const bool is_text =
      IsUtf8(input.bytes) && input.bytes.find('\0') == std::string::npos;
  attachment.set_media_type(is_text ? "text/plain"
                                    : "application/octet-stream");
  attachment.set_data(std::move(input.bytes));
  return attachment;
}

const v1::Attachment& FindAttachment(const v1::Message& message,
                                     const std::string& name) {
  std::string names;
  for (const v1::Attachment& attachment : message.attachments()) {
    if (attachment.name() == name) return attachment;
    names += (names.empty() ? "" : ", ") + attachment.name();
  }
  const std::string id = std::to_string(message.id());
  Failure failure("message_not_found",
                  "message " + id + " has no attachment '" + name + "'",
                  names.empty() ? "it has none" : "it has " + names);
  failure.ids = {message.id()};
  throw failure;
}

}  // namespace turbo::ctl
