#include "tmctl/base/failure.h"
#include "tmctl/commands.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {

int CmdPasswd(Context& context) {
  const auto [old_password, new_password] =
      FindPasswordChange(context.arguments, context.settings);
  v1::ChangePasswordRequest request;
  request.set_old_password(old_password);
  request.set_new_password(new_password);
  context.client->ChangePassword(request);
  return kExitOk;
}

}  // namespace turbo::ctl
