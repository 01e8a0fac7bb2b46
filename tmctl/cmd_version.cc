#include "tmctl/base/failure.h"
#include "tmctl/commands.h"

namespace turbo::ctl {

int CmdVersion(Context&) {
  Output::Write("tmctl " TURBOMESSAGE_VERSION "\n");
  return kExitOk;
}

}  // namespace turbo::ctl
