#include <cstdlib>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/config/parse.h"
#include "tmctl/session/login.h"

namespace turbo::ctl {

namespace {

// --invite, --invite-file, TMCTL_INVITE; empty where there is none.
std::string FindInvite(const Arguments& arguments) {
  CheckExclusive(arguments, "invite", "invite-file");
  if (arguments.Has("invite-file")) {
    return ReadSecretFile(arguments.Get("invite-file"));
  }
  const char* variable = std::getenv("TMCTL_INVITE");
  return arguments.Get("invite", variable == nullptr ? "" : variable);
}

}  // namespace

int CmdRegister(Context& context) {
  const std::string& user = context.arguments.operands().front();
  const bool exist_ok = context.arguments.Has("exist-ok");
  const std::string invite = FindInvite(context.arguments);
  return KeepLogin(context, Ask::kTwice,
                   [&](const std::string& password) -> FreshLogin {
                     v1::RegisterRequest request;
                     request.set_user(CheckText(user, "the user's name"));
                     request.set_password(password);
                     request.set_invite(CheckText(invite, "the invitation"));
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
