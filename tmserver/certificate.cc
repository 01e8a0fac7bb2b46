#include "tmserver/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <fstream>
#include <memory>
#include <sstream>

namespace turbo::server {
namespace {

constexpr size_t kLargestFile = size_t{16} << 20;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Bio = std::unique_ptr<BIO, Free>;
using X509Ptr = std::unique_ptr<X509, Free>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Free>;

// The oldest error that OpenSSL has queued, and no more of them.
std::string TakeReason() {
  const char* reason = ERR_reason_error_string(ERR_peek_error());
  std::string text = reason ? reason : "unknown error";
  ERR_clear_error();
  return text;
}

std::string ReadPem(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  std::string text = content.str();
  const bool unread = !file || (text.empty() && errno != 0);
  if (unread || text.size() > kLargestFile) {
    throw CertificateError("can't read " + path + ": " +
                           (errno ? std::strerror(errno) : "not a PEM file"));
  }
  return text;
}

Bio Open(const std::string& pem) {
  return Bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

// The next certificate; nothing after the last.
X509Ptr Next(BIO* bio, const std::string& path) {
  X509Ptr certificate(PEM_read_bio_X509(bio, nullptr, nullptr, nullptr));
  const unsigned long error = ERR_peek_last_error();
  if (!certificate && ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    throw CertificateError(path +
                           ": a certificate is damaged: " + TakeReason());
  }
  ERR_clear_error();
  return certificate;
}

X509Ptr First(BIO* bio, const std::string& path) {
  X509Ptr certificate = Next(bio, path);
  if (!certificate) throw CertificateError(path + " holds no PEM certificate");
  return certificate;
}

// Instead of asking on the terminal.
int RefusePassphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

KeyPtr ReadKey(const std::string& pem, const std::string& path) {
  const Bio bio = Open(pem);
  bool asked = false;
  KeyPtr key(
      PEM_read_bio_PrivateKey(bio.get(), nullptr, RefusePassphrase, &asked));
  ERR_clear_error();
  if (asked) {
    throw CertificateError(path +
                           " is encrypted with a passphrase, and nobody is "
                           "there to give it: decrypt it with openssl pkey");
  }
  if (!key) throw CertificateError(path + " holds no PEM private key");
  return key;
}

Certificate::Time ToTime(const ASN1_TIME* time) {
  tm parts = {};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

// As gRPC will use them, with OpenSSL's demands on strength.
void TryOut(X509* certificate, BIO* rest, EVP_PKEY* key,
            const TlsFiles& files) {
  const std::unique_ptr<SSL_CTX, Free> context(
      SSL_CTX_new(TLS_server_method()));
  if (SSL_CTX_use_certificate(context.get(), certificate) != 1) {
    throw CertificateError(files.cert + " can't be used: " + TakeReason());
  }
  while (const X509Ptr next = Next(rest, files.cert)) {
    if (SSL_CTX_add1_chain_cert(context.get(), next.get()) != 1) {
      throw CertificateError(files.cert + " can't be used: " + TakeReason());
    }
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key) != 1) {
    throw CertificateError(files.key + " can't be used: " + TakeReason());
  }
}

}  // namespace

Certificate::Certificate(const TlsFiles& files)
    : cert(ReadPem(files.cert)), key(ReadPem(files.key)) {
  struct stat status = {};
  stat(files.key.c_str(), &status);
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    throw CertificateError("others can write the key " + files.key +
                           ": chmod go-w it");
  }
  key_is_readable = (status.st_mode & S_IROTH) != 0;
  ERR_clear_error();
  const Bio bio = Open(cert);
  const X509Ptr certificate = First(bio.get(), files.cert);
  const KeyPtr own = ReadKey(key, files.key);
  if (X509_check_private_key(certificate.get(), own.get()) != 1) {
    ERR_clear_error();
    throw CertificateError("the key " + files.key +
                           " does not belong to the certificate " + files.cert);
  }
  TryOut(certificate.get(), bio.get(), own.get(), files);
  begin = ToTime(X509_get0_notBefore(certificate.get()));
  end = ToTime(X509_get0_notAfter(certificate.get()));
  if (files.client_ca.empty()) return;
  client_ca = ReadPem(files.client_ca);
  const Bio list = Open(client_ca);
  First(list.get(), files.client_ca);
  while (Next(list.get(), files.client_ca)) {
  }
}

std::string ToString(Certificate::Time time) {
  const time_t seconds = std::chrono::system_clock::to_time_t(time);
  tm parts = {};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text = {};
  std::strftime(text.data(), text.size(), "%FT%TZ", &parts);
  return text.data();
}

}  // namespace turbo::server
