#include "tmctl/base/failure.h"
#include "tmctl/session/login.h"

namespace turbo::ctl {

int CmdWhoami(Context& context) {
  PrintSession(context, context.client->WhoAmI({}).session());
  return kExitOk;
}

}  // namespace turbo::ctl
