// What register and login share.
#ifndef TMCTL_SESSION_LOGIN_H_
#define TMCTL_SESSION_LOGIN_H_

#include <functional>
#include <string>

#include "tmctl/session/context.h"
#include "tmctl/session/secrets.h"

namespace turbo::ctl {

// A fresh login, as the server gave it.
struct FreshLogin {
  std::string token;
  v1::Session session;
};

// Finds the password, calls `open` with it, and keeps the login in the profile.
// The configuration's lock is held from before the call to after the write: of
// two logins at once, the one that the server kept is the one that is written.
int KeepLogin(Context& context, Ask ask,
              const std::function<FreshLogin(const std::string&)>& open);

// Forgets the profile's token, unless it is another one than `token` by now.
void ForgetLogin(Context& context, const std::string& token);

// Login's call.
FreshLogin OpenLogin(Context& context, const std::string& user,
                     const std::string& password);

// The result of register, login and whoami.
void PrintSession(const Context& context, const v1::Session& session);

}  // namespace turbo::ctl

#endif  // TMCTL_SESSION_LOGIN_H_
