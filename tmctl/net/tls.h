// The files of TLS: whom tmctl trusts, and who it is.
#ifndef TMCTL_NET_TLS_H_
#define TMCTL_NET_TLS_H_

#include <string>

#include "tmctl/base/units.h"

namespace turbo::ctl {

// PEM files, each empty where it isn't given; `cert` and `key` only together.
struct TlsFiles {
  std::string ca;  // empty: the system's
  std::string cert;
  std::string key;
};

// What is in them.
struct TlsContents {
  std::string roots;
  std::string cert;  // empty: none
  std::string key;
  Time cert_end;  // of our certificate
};

// bad_config for a file that can't be used: missing, no PEM, an encrypted key,
// a key of another certificate or one that others may write, a certificate of
// ours that isn't valid now.
TlsContents ReadTls(const TlsFiles& files);

}  // namespace turbo::ctl

#endif  // TMCTL_NET_TLS_H_
