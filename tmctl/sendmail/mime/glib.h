// Owners of what gmime allocates.
#ifndef TMCTL_SENDMAIL_MIME_GLIB_H_
#define TMCTL_SENDMAIL_MIME_GLIB_H_

#include <gmime/gmime.h>

#include <memory>

namespace turbo::mime {

struct Unref {
  void operator()(void* object) const { g_object_unref(object); }
};
template <class T>
using Object = std::unique_ptr<T, Unref>;

struct Free {
  void operator()(void* memory) const { g_free(memory); }
};
using Chars = std::unique_ptr<char, Free>;

}  // namespace turbo::mime

#endif  // TMCTL_SENDMAIL_MIME_GLIB_H_
