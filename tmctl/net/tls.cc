#include "tmctl/net/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <cstdlib>

#include "tmctl/base/failure.h"
#include "tmctl/base/files.h"
#include "tmctl/net/certificate.h"

namespace turbo::ctl {
namespace {

// Where distributions keep the CAs that they trust; Debian's first.
constexpr const char* kSystemRoots[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/cert.pem",
};

Failure BadFile(const std::string& sentence, const std::string& hint = {}) {
  return {"bad_config", sentence, hint};
}

std::string ReadPem(const std::string& path) {
  try {
    if (auto text = ReadFileIfThere(path)) return *std::move(text);
  } catch (const Failure& failure) {
    throw BadFile(failure.message);
  }
  throw BadFile("there is no file " + path);
}

std::string ReadKey(const std::string& path) {
  try {
    return ReadSecretFile(path) + "\n";
  } catch (const Failure& failure) {
    throw BadFile(failure.message, failure.hint);
  }
}

std::string SystemRoots() {
  if (const char* file = std::getenv(X509_get_default_cert_file_env());
      file != nullptr && *file != '\0') {
    return ReadPem(file);
  }
  for (const char* path : kSystemRoots) {
    if (auto text = ReadFileIfThere(path)) return *std::move(text);
  }
  throw BadFile("this system has no file of trusted CAs",
                "name the server's CA with --tls-ca, or install "
                "ca-certificates");
}

std::string ReadRoots(const std::string& path) {
  std::string roots = ReadPem(path);
  ERR_clear_error();
  const Openssl<BIO> bio = BioOf(roots);
  if (!NextCertificate(bio.get())) {
    throw BadFile(path + " holds no PEM certificate");
  }
  return roots;
}

// Instead of asking on the terminal.
int RefusePassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

// What gRPC would refuse without a word.
void CheckOwn(const TlsFiles& files, TlsContents& contents) {
  const Openssl<BIO> cert_bio = BioOf(contents.cert);
  const Openssl<BIO> key_bio = BioOf(contents.key);
  const Openssl<X509> cert = NextCertificate(cert_bio.get());
  if (!cert) throw BadFile(files.cert + " holds no PEM certificate");
  bool asked = false;
  const Openssl<EVP_PKEY> key(PEM_read_bio_PrivateKey(
      key_bio.get(), nullptr, RefusePassphrase, &asked));
  if (asked) {
    throw BadFile(files.key + " is encrypted with a passphrase",
                  "decrypt it with: openssl pkey");
  }
  if (!key) throw BadFile(files.key + " holds no PEM private key");
  const Openssl<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  if (SSL_CTX_use_certificate(context.get(), cert.get()) != 1) {
    throw BadFile(files.cert + " can't be used: " +
                  ERR_reason_error_string(ERR_peek_error()));
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    throw BadFile("the key " + files.key +
                  " does not belong to the certificate " + files.cert);
  }
  const Time begin = ToTime(X509_get0_notBefore(cert.get()));
  contents.cert_end = ToTime(X509_get0_notAfter(cert.get()));
  if (contents.cert_end <= Now()) {
    throw BadFile("the certificate " + files.cert + " expired on " +
                      FormatTime(contents.cert_end),
                  "get a new one from the server's administrator");
  }
  if (begin > Now()) {
    throw BadFile("the certificate " + files.cert + " is not valid before " +
                      FormatTime(begin),
                  "is this machine's clock right?");
  }
}

}  // namespace

TlsContents ReadTls(const TlsFiles& files) {
  TlsContents contents;
  contents.roots = files.ca.empty() ? SystemRoots() : ReadRoots(files.ca);
  if (files.cert.empty()) return contents;
  contents.cert = ReadPem(files.cert);
  contents.key = ReadKey(files.key);
  ERR_clear_error();
  CheckOwn(files, contents);
  return contents;
}

}  // namespace turbo::ctl
