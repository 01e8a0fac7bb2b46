#include "tmctl/failure.h"
#include "tmctl/login.h"
#include "tmctl/parse.h"

namespace turbo::ctl {

int CmdRegister(Context& context) {
  const std::string& user = context.arguments.operands().front();
  const bool exist_ok = context.arguments.Has("exist-ok");
  return KeepLogin(context, Ask::kTwice,
                   [&](const std::string& password) -> FreshLogin {
                     v1::RegisterRequest request;
                     request.set_user(CheckText(user, "the user's name"));
                     request.set_password(password);
                     try {
                       const v1::RegisterResponse response =
                           context.client->Register(request);
                       return {response.token(), response.session()};
                     } catch (const Failure& failure) {
                       if (!exist_ok || failure.code != "user_exists") throw;
                     }
                     return OpenLogin(context, user, password);
                   });
}

}  // namespace turbo::ctl
