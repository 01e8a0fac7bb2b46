#include "tmctl/session/login.h"

#include <filesystem>
#include <utility>

#include "tmctl/base/failure.h"
#include "tmctl/base/text.h"
#include "tmctl/config/parse.h"

namespace turbo::ctl {
namespace {

// What the login was made with, as far as the profile doesn't have it.
void KeepTls(const Settings& settings, const Config& config, Json& profile) {
  if (!settings.server.tls) return;
  const TlsFiles& tls = settings.tls;
  for (const auto& [key, file] : {std::pair{"tls_ca", tls.ca},
                                  {"tls_cert", tls.cert},
                                  {"tls_key", tls.key}}) {
    if (file.empty() || config.Get(settings.profile, key) == file) continue;
    profile[key] = std::filesystem::absolute(file);
  }
}

}  // namespace

int KeepLogin(Context& context, Ask ask,
              const std::function<FreshLogin(const std::string&)>& open) {
  const Settings& settings = context.settings;
  const std::string password = FindPassword(context.arguments, settings, ask);
  FreshLogin login;
  {
    const FileLock lock = context.config->Lock(PatienceOf(settings));
    login = open(password);
    context.config->Update(settings.profile, [&](Json& profile) {
      profile["server"] = settings.server.Text();
      KeepTls(settings, *context.config, profile);
      profile["user"] = login.session.user();
      profile["token"] = login.token;
      profile["token_server"] = settings.server.Text();
    });
  }
  PrintSession(context, login.session);
  if (const auto other = BeforeStoredToken(settings, *context.config);
      !other.empty()) {
    context.output.Warn("login_unused", "the login is kept, but the token in " +
                                            other + " counts before it");
  }
  return kExitOk;
}

void ForgetLogin(Context& context, const std::string& token) {
  const FileLock lock = context.config->Lock(PatienceOf(context.settings));
  context.config->Update(context.settings.profile, [&](Json& profile) {
    if (profile.value("token", "") != token) return;  // a newer one's
    profile.erase("token");
    profile.erase("token_server");
  });
}

FreshLogin OpenLogin(Context& context, const std::string& user,
                     const std::string& password) {
  v1::LoginRequest request;
  request.set_user(CheckText(user, "the user's name"));
  request.set_password(password);
  const v1::LoginResponse response = context.client->Login(request);
  return {response.token(), response.session()};
}

void PrintSession(const Context& context, const v1::Session& session) {
  const Json document =
      SessionDocument(session, context.settings.server.Text());
  const bool token = session.auth() == v1::AUTH_TOKEN;
  const std::string how =
      token ? std::string("by an access token for ") + NameOf(session.scope())
            : "logged in";
  const Json& end = document["expires_at"];
  context.output.Print(
      {document, {}, [&] {
         return Harmless(session.user()) + " at " +
                context.settings.server.Text() + ", " + how +
                (end.is_null() ? "" : " until " + end.get<std::string>()) +
                "\n";
       }});
}

}  // namespace turbo::ctl
