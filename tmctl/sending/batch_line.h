// A line of `send --batch`: one message as a JSON object.
#ifndef TMCTL_SENDING_BATCH_LINE_H_
#define TMCTL_SENDING_BATCH_LINE_H_

#include <string_view>

#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// What the line asks for; its request_id is empty where it has no key, and
// `no_copy` counts where it doesn't say. invalid_argument, with the key where
// the line has one that can be read, for what is no such object.
turbomessage::v1::SendRequest ParseBatchLine(std::string_view line,
                                             bool no_copy);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_BATCH_LINE_H_
