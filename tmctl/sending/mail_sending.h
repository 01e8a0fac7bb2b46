// The ways of a mail that came by sendmail to the users it is for: now, and
// when it leaves the spool.
//
// Each user gets a message of their own, whose key is the mail's and their name
// (MailKey). So whatever is tried again, from wherever in the mail it comes,
// nobody gets it twice.
#ifndef TMCTL_SENDING_MAIL_SENDING_H_
#define TMCTL_SENDING_MAIL_SENDING_H_

#include <functional>
#include <string>

#include "tmctl/config/aliases.h"
#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// Sends one request, or throws Failure.
using SendFunction = std::function<turbomessage::v1::SendResponse(
    const turbomessage::v1::SendRequest&)>;

// `mail` names the mail in its keys; it has no slash.
std::string MailKey(const std::string& mail, const std::string& user);

// Sends `request`, whose key is a MailKey of its mail, to `user`; where there
// is no such user, nor an alias of that name, to all of aliases.CatchAll.
// Throws Failure: recipient_not_found where nobody is left.
turbomessage::v1::SendResponse SendToUser(const Aliases& aliases,
                                          turbomessage::v1::SendRequest request,
                                          const std::string& user,
                                          const SendFunction& send);

// The same to all whom the only recipient of `request`, an address, stands for.
// A failure of one stops no other; of several, one that may pass is thrown.
turbomessage::v1::SendResponse SendToAddress(
    const Aliases& aliases, const turbomessage::v1::SendRequest& request,
    const SendFunction& send);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDING_MAIL_SENDING_H_
