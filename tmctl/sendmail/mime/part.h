// The parts of a mail, decoded.
#ifndef TMCTL_SENDMAIL_MIME_PART_H_
#define TMCTL_SENDMAIL_MIME_PART_H_

#include <gmime/gmime.h>

#include <string>
#include <vector>

namespace turbo::mime {

struct Part {
  std::string media_type;  // lower case
  std::string name;        // as a file; may be empty, and may be unfit for one
  std::string bytes;       // a text's in UTF-8 where its charset is known
  bool attached = false;   // the sender wants it to be a file of its own
};

// What `object` and the parts in it hold, in their order.
std::vector<Part> PartsOf(GMimeObject* object);

// The text as UTF-8 without NUL; other bytes become U+FFFD.
std::string ToUtf8(const std::string& text);

}  // namespace turbo::mime

#endif  // TMCTL_SENDMAIL_MIME_PART_H_
