#include <absl/strings/escaping.h>

#include <set>
#include <string>

#include "tests/fuzz/targets.h"
#include "tmctl/base/text.h"
#include "tmctl/sendmail/mail.h"
#include "tmctl/sendmail/mime/decode.h"

namespace turbo::fuzz {

// Anything is a mail, and what is made of it can be sent.
void Mime(std::string_view input) {
  const std::string printed = mime::Decode(std::string(input)).dump();
  const ctl::Mail mail = ctl::MailFromHelper(printed);
  Require(ctl::IsUtf8(mail.content.subject()), "a subject is UTF-8");
  Require(mail.content.subject().find('\0') == std::string::npos,
          "a subject has no NUL");
  for (const std::string& address : mail.recipients) {
    Require(!address.empty() && ctl::IsUtf8(address), "an address is text",
            address);
  }
  std::set<std::string> names;
  for (const auto& attachment : mail.content.attachments()) {
    const std::string& name = attachment.name();
    Require(!name.empty() && name != "." && name != ".." &&
                name.find('/') == std::string::npos && ctl::IsUtf8(name),
            "an attachment's name is a file's", name);
    Require(names.insert(name).second, "names differ", name);
  }
}

}  // namespace turbo::fuzz
