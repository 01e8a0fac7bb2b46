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

// Where registration is closed, only a login tells whether the account exists;
// without one `refusal` is what there is to say.
FreshLogin LogInInstead(Context& context, const std::string& user,
                        const std::string& password, const Failure& refusal) {
  try {
    return OpenLogin(context, user, password);
  } catch (const Failure& failure) {
    if (refusal.code == "user_exists" || failure.code != "bad_credentials") {
      throw;
    }
  }
  throw refusal;
}

}  // namespace

int CmdRegister(Context& context) {
  const std::string& user = context.arguments.operands().front();
  const bool exist_ok = context.arguments.Has("exist-ok");
  const std::string invite = FindInvite(context.arguments);
  return KeepLogin(
      context, Ask::kTwice, [&](const std::string& password) -> FreshLogin {
        v1::RegisterRequest request;
        request.set_user(CheckText(user, "the user's name"));
        request.set_password(password);
        request.set_invite(CheckText(invite, "the invitation"));
        try {
          const v1::RegisterResponse response =
              context.client->Register(request);
          return {response.token(), response.session()};
        } catch (const Failure& failure) {
          const bool closed = failure.code == "registration_closed";
          if (!exist_ok || (!closed && failure.code != "user_exists")) {
            throw;
          }
          return LogInInstead(context, user, password, failure);
        }
      });
}

}  // namespace turbo::ctl
