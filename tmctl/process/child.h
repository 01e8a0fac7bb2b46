// Runs a command and passes its output on, whatever becomes of ours.
#ifndef TMCTL_PROCESS_CHILD_H_
#define TMCTL_PROCESS_CHILD_H_

#include <optional>
#include <string>
#include <vector>

#include "tmctl/base/units.h"
#include "tmctl/process/excerpt.h"

namespace turbo::ctl {

enum class PassOn {
  kAtOnce,
  kWhereItFails,  // all of it, after the command's end
};

struct ChildEnd {
  int status = 0;             // as shells tell it: 127, 126, 128+n
  std::optional<int> signal;  // that ended it
  Milliseconds duration{0};
  std::string text;     // stdout and stderr as they came, head and tail
  std::string problem;  // it could not be run: a sentence; else empty
  std::string lost;     // its output could not be passed on: the same
};

// Runs `words`, the first one looked up in PATH, with our stdin (an empty one
// where that is closed), and returns when it has ended.
//
// Its output is passed on unchanged to our stdout and stderr. Where that fails
// it is still read to its end. Processes that it leaves behind with its output
// open are waited for only a moment. TERM, INT, HUP, QUIT, USR1 and USR2 that
// are sent to us go to the command, except those that we ignore; after its end
// they end the passing on. From then on SIGPIPE is ignored. SIGCHLD must not be
// ignored. os_error where no process can be made.
ChildEnd RunChild(const std::vector<std::string>& words, PassOn pass_on);

}  // namespace turbo::ctl

#endif  // TMCTL_PROCESS_CHILD_H_
