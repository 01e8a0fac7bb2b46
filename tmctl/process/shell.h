// Commands that users give us to run.
#ifndef TMCTL_PROCESS_SHELL_H_
#define TMCTL_PROCESS_SHELL_H_

#include <string>

namespace turbo::ctl {

// Runs `command` by `sh -c`, with `input` on stdin and its stdout joined to our
// stderr, and waits for it. Its exit status, 128+n for signal n. os_error where
// it can't be run at all.
int RunShell(const std::string& command, const std::string& input);

}  // namespace turbo::ctl

#endif  // TMCTL_PROCESS_SHELL_H_
