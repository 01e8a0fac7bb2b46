#include "tmctl/base/failure.h"
#include "tmctl/session/login.h"

namespace turbo::ctl {

int CmdLogout(Context& context) {
  const Settings& settings = context.settings;
  const std::string token = FindToken(settings, *context.config).text;
  const bool stored = context.config->Get(settings.profile, "token") == token;
  try {
    context.client->Logout({});
  } catch (Failure& failure) {
    if (failure.code == "permission_denied") {
      failure.hint = "end an access token with: tmctl token revoke NAME";
    }
    // A login that has ended already is as logged out as can be.
    if (failure.code != "not_logged_in" && failure.code != "session_expired") {
      throw;
    }
  }
  if (stored) ForgetLogin(context, token);
  return kExitOk;
}

}  // namespace turbo::ctl
