// sendmail's command line, as programs have called it for forty years, in words
// of ours.
#ifndef TMCTL_SENDMAIL_SENDMAIL_WORDS_H_
#define TMCTL_SENDMAIL_SENDMAIL_WORDS_H_

#include <span>
#include <string>
#include <vector>

#include "tmctl/config/options.h"

namespace turbo::ctl {

// The words of a program's command line, argv; where it was called by one of
// sendmail's names, those that mean the same to tmctl.
std::vector<std::string> WordsOf(int argc, char** argv);

// `line`, whose command is sendmail, with sendmail's short options behind the
// command, which getopt reads, replaced by long ones of ours (`globals` and
// `options`), which may stand there, too. What means another command becomes
// that command: -bp is `queue list`. What is unknown is left out, with a
// sentence in `warnings`. usage for what can't be done, such as -bs, and for an
// address that is none.
CommandLine TranslateSendmail(const CommandLine& line,
                              std::span<const Option> globals,
                              std::span<const Option> options,
                              std::vector<std::string>& warnings);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDMAIL_SENDMAIL_WORDS_H_
