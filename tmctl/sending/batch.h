// `send --batch`: a message for each line of a file.
#ifndef TMCTL_SENDING_BATCH_H_
#define TMCTL_SENDING_BATCH_H_

#include "tmctl/session/context.h"

namespace turbo::ctl {

// Sends what the lines of --batch say, many at a time, and prints a result for
// each, in their order. The exit status; throws Failure where the lines can't
// be read, or the command line is wrong.
int SendBatch(Context& context);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_BATCH_H_
