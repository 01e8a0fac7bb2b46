// Certificates, as OpenSSL has them.
#ifndef TMCTL_NET_CERTIFICATE_H_
#define TMCTL_NET_CERTIFICATE_H_

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <optional>
#include <string>

#include "tmctl/base/failure.h"
#include "tmctl/base/units.h"
#include "tmctl/net/address.h"

namespace turbo::ctl {

struct OpensslFree {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
template <class T>
using Openssl = std::unique_ptr<T, OpensslFree>;

// Reads `text`, which outlives it.
Openssl<BIO> BioOf(const std::string& text);

// The next certificate of a PEM text; null after the last and where the text is
// damaged.
Openssl<X509> NextCertificate(BIO* pem);

Time ToTime(const ASN1_TIME* time);

// Whom it is for, in words, and who signed it.
std::string NamesIn(const X509& certificate);
std::string IssuerOf(const X509& certificate);

// Why the certificate that `server` shows is not to be trusted, where OpenSSL's
// `verdict` (X509_V_...) isn't that it is.
std::optional<Failure> Distrust(const Address& server, const X509& certificate,
                                long verdict);

}  // namespace turbo::ctl

#endif  // TMCTL_NET_CERTIFICATE_H_
