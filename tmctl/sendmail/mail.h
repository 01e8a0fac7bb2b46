// A mail as other programs hand it to sendmail.
#ifndef TMCTL_SENDMAIL_MAIL_H_
#define TMCTL_SENDMAIL_MAIL_H_

#include <string>
#include <vector>

#include "turbomessage/v1/mail.pb.h"

namespace turbo::ctl {

// Reads a mail to the end of `fd` or, unless `dots_are_text`, to the first line
// that is a dot alone; what follows it is read too, and dropped. The line
// before the headers with which mbox files part mails is left out, and so are
// carriage returns where the first line ends with one. io_error.
std::string ReadMail(int fd, bool dots_are_text);

struct Mail {
  std::vector<std::string> recipients;  // addresses of To, Cc and Bcc
  // Subject, body, attachments, and labels with what the headers say of
  // senders and recipients; nothing of Bcc and of X-Cron-Env.
  turbomessage::v1::SendRequest content;
  // Why it couldn't be taken apart: then it is the body as it came, but for
  // these two headers. Empty where it could.
  std::string problem;
};

// By tmctl-mime, a program of its own.
Mail TakeApart(const std::string& mail);

// What `printed` by tmctl-mime says. Throws Failure or a JSON exception where
// it is something else.
Mail MailFromHelper(const std::string& printed);

// The mail without the headers that are nobody's business: Bcc and X-Cron-Env.
std::string WithoutPrivateHeaders(const std::string& mail);

}  // namespace turbo::ctl

#endif  // TMCTL_SENDMAIL_MAIL_H_
