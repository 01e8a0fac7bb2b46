#include "tmctl/failure.h"
#include "tmctl/login.h"

namespace turbo::ctl {

int CmdWhoami(Context& context) {
  PrintSession(context, context.client->WhoAmI({}).session());
  return kExitOk;
}

}  // namespace turbo::ctl
