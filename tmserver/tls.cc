#include "tmserver/tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <chrono>
#include <utility>
#include <vector>

#include "tmserver/listen.h"
#include "tmserver/log.h"

namespace turbo::server {
namespace {

constexpr std::chrono::days kNotice{14};

Certificate::Time Now() { return std::chrono::system_clock::now(); }

bool IsValid(const Certificate& certificate) {
  return !certificate.IsYoung(Now()) && !certificate.IsOver(Now());
}

// Empty where there is nothing to worry about.
std::string WorryAbout(const Certificate& certificate) {
  if (certificate.IsYoung(Now())) {
    return "the certificate is not valid before " +
           ToString(certificate.begin) + "; is the clock right?";
  }
  const std::string end = ToString(certificate.end);
  if (certificate.IsOver(Now())) {
    return "the certificate expired on " + end + ", and clients refuse it";
  }
  if (certificate.end - Now() < kNotice) {
    return "the certificate expires on " + end;
  }
  return {};
}

Certificate Load(const TlsFiles& files) {
  try {
    return Certificate(files);
  } catch (const CertificateError& e) {
    throw ListenError(EX_CONFIG, std::string("TLS: ") + e.what());
  }
}

// What is in force from now on.
void Tell(const TlsFiles& files, const Certificate& certificate) {
  log::Write(
      log::Level::kInfo, "tls",
      {{"certificate", files.cert}, {"expires", ToString(certificate.end)}});
  const std::string worry = WorryAbout(certificate);
  if (!worry.empty()) {
    log::Write(log::Level::kWarn, "tls", {{"warning", worry}});
  }
  if (certificate.key_is_readable) {
    log::Write(log::Level::kWarn, "tls",
               {{"warning", "everybody can read the key " + files.key +
                                ": chmod o-r it"}});
  }
}

}  // namespace

// One port's credentials. gRPC asks before each handshake whether there is a
// newer certificate than the port has.
class Tls::Port final : public grpc::ServerCredentials {
 public:
  explicit Port(Tls& tls)
      : tls_(tls),
        credentials_(grpc_ssl_server_credentials_create_with_options(
            grpc_ssl_server_credentials_create_options_using_config_fetcher(
                tls.files_.client_ca.empty()
                    ? GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
                    : GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY,
                Fetch, this))) {}
  ~Port() override { grpc_server_credentials_release(credentials_); }
  Port(const Port&) = delete;
  Port& operator=(const Port&) = delete;

  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>&) override {}

 private:
  int AddPortToServer(const std::string& address,
                      grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* port, grpc_ssl_server_certificate_config** config) {
    return static_cast<Port*>(port)->FetchNewer(config);
  }

  grpc_ssl_certificate_config_reload_status FetchNewer(
      grpc_ssl_server_certificate_config** config) {
    const std::lock_guard lock(tls_.mutex_);
    tls_.RefreshLocked();
    if (std::exchange(generation_, tls_.generation_) == tls_.generation_) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    const Certificate& newest = tls_.certificate_;
    const grpc_ssl_pem_key_cert_pair pair = {newest.key.c_str(),
                                             newest.cert.c_str()};
    // gRPC insists on a CA, also where it asks clients for nothing.
    const std::string& ca =
        newest.client_ca.empty() ? newest.cert : newest.client_ca;
    *config = grpc_ssl_server_certificate_config_create(ca.c_str(), &pair, 1);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  Tls& tls_;
  uint64_t generation_ = 0;
  grpc_server_credentials* const credentials_;
};

Tls::Tls(TlsFiles files)
    : files_(std::move(files)), marks_(Look()), certificate_(Load(files_)) {
  Tell(files_, certificate_);
}

std::shared_ptr<grpc::ServerCredentials> Tls::Credentials() {
  // gRPC lets go of what it is given here, but still asks it.
  return ports_.emplace_back(std::make_shared<Port>(*this));
}

void Tls::Refresh() {
  const std::lock_guard lock(mutex_);
  RefreshLocked();
}

Tls::Marks Tls::Look() const {
  Marks marks = {};
  auto mark = marks.begin();
  for (const std::string* path :
       {&files_.cert, &files_.key, &files_.client_ca}) {
    struct stat status = {};
    if (stat(path->c_str(), &status) == 0) {
      *mark = {static_cast<int64_t>(status.st_dev),
               static_cast<int64_t>(status.st_ino),
               status.st_size,
               status.st_mtim.tv_sec,
               status.st_mtim.tv_nsec,
               status.st_ctim.tv_sec};
    }
    ++mark;
  }
  return marks;
}

void Tls::RefreshLocked() {
  const Marks marks = Look();
  if (marks == marks_) return;
  marks_ = marks;
  std::string why;
  try {
    Certificate fresh(files_);
    if (IsValid(fresh) || !IsValid(certificate_)) {
      Take(std::move(fresh));
      return;
    }
    why = WorryAbout(fresh);
  } catch (const CertificateError& e) {
    why = e.what();
  }
  log::Write(log::Level::kWarn, "tls",
             {{"error", why}, {"kept", "the certificate until now"}});
}

void Tls::Take(Certificate certificate) {
  certificate_ = std::move(certificate);
  ++generation_;
  Tell(files_, certificate_);
}

}  // namespace turbo::server
