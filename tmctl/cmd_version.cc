#include "tmctl/commands.h"
#include "tmctl/failure.h"

namespace turbo::ctl {

int CmdVersion(Context&) {
  Output::Write("tmctl " TURBOMESSAGE_VERSION "\n");
  return kExitOk;
}

}  // namespace turbo::ctl
