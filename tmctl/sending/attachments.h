// Files on their way into a message and out of one.
#ifndef TMCTL_SENDING_ATTACHMENTS_H_
#define TMCTL_SENDING_ATTACHMENTS_H_

#include <string>

#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// The file at `path` under its name without folders, as text/plain where it is
// UTF-8 and else as application/octet-stream. no_input where it can't be read,
// message_too_large, invalid_argument for a name that is not UTF-8.
turbomessage::v1::Attachment ReadAttachment(const std::string& path);

// The one of `message` that has this name; message_not_found where none has.
const turbomessage::v1::Attachment& FindAttachment(
    const turbomessage::v1::Message& message, const std::string& name);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_ATTACHMENTS_H_
