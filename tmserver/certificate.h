// The server's certificate, its key, and the CA of its clients.
#ifndef TMSERVER_CERTIFICATE_H_
#define TMSERVER_CERTIFICATE_H_

#include <chrono>
#include <stdexcept>
#include <string>

namespace turbo::server {

// PEM files. Without a certificate there is no TLS.
struct TlsFiles {
  std::string cert;       // the server's, then those of the CAs between
  std::string key;        // of the first of these
  std::string client_ca;  // empty: clients need no certificate

  bool wanted() const { return !cert.empty(); }
};

// Why the files can't be used, as a sentence.
class CertificateError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What the files say. OpenSSL has been able to use it: the key belongs to the
// certificate, and both are as strong as the system asks for.
struct Certificate {
  using Time = std::chrono::system_clock::time_point;

  // Throws CertificateError for what is missing, unreadable, no PEM, encrypted
  // or doesn't fit, and for a key that others may write.
  explicit Certificate(const TlsFiles& files);

  bool IsYoung(Time now) const { return now < begin; }
  bool IsOver(Time now) const { return now >= end; }

  std::string cert;  // the files' contents
  std::string key;
  std::string client_ca;
  Time begin;  // of the server's certificate
  Time end;
  bool key_is_readable;  // by everybody
};

// "2026-05-04T12:00:00Z".
std::string ToString(Certificate::Time time);

}  // namespace turbo::server

#endif  // TMSERVER_CERTIFICATE_H_
