#include "tmctl/sending/mail_sending.h"

#include <optional>
#include <vector>

#include "tmctl/base/failure.h"
#include "tmctl/sending/sending.h"

namespace turbo::ctl {
namespace {

v1::SendResponse SendTo(v1::SendRequest request, const std::string& user,
                        const SendFunction& send) {
  if (!IsName(user)) {
    Failure failure("recipient_not_found", "no user has the address " + user,
                    "name one in the configuration's \"aliases\"");
    failure.users = {user};
    throw failure;
  }
  const std::string& key = request.request_id();
  request.set_request_id(MailKey(key.substr(0, key.find('/')), user));
  request.clear_to();
  request.add_to(user);
  return send(request);
}

template <class SendOne>
v1::SendResponse SendToAll(const std::vector<std::string>& users,
                           SendOne send_one) {
  v1::SendResponse response;
  std::optional<Failure> failed;
  for (const std::string& user : users) {
    try {
      response = send_one(user);
    } catch (const Failure& failure) {
      if (!failed || failed->RefusesMessage()) failed = failure;
    }
  }
  if (failed) throw *failed;
  return response;
}

}  // namespace

std::string MailKey(const std::string& mail, const std::string& user) {
  return mail + "/" + user;
}

v1::SendResponse SendToUser(const Aliases& aliases, v1::SendRequest request,
                            const std::string& user, const SendFunction& send) {
  try {
    return SendTo(request, user, send);
  } catch (const Failure& failure) {
    const std::vector<std::string> others = aliases.CatchAll();
    if (failure.code != "recipient_not_found" || aliases.Has(user) ||
        others.empty()) {
      throw;
    }
    return SendToAll(others, [&](const std::string& other) {
      return SendTo(request, other, send);
    });
  }
}

v1::SendResponse SendToAddress(const Aliases& aliases,
                               const v1::SendRequest& request,
                               const SendFunction& send) {
  return SendToAll(aliases.Expand(request.to(0)), [&](const std::string& user) {
    return SendToUser(aliases, request, user, send);
  });
}

}  // namespace turbo::ctl
