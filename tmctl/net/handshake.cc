#include "tmctl/net/handshake.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "tmctl/net/certificate.h"
#include "tmctl/net/connect.h"

namespace turbo::ctl {
namespace {

constexpr std::string_view kAlpn{"\x02h2", 3};
// What a client of HTTP/2 says first, with no settings of its own.
constexpr std::string_view kPreface{
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0", 33};
// Of the records of TLS: change_cipher_spec to application_data.
constexpr unsigned char kFirstType = 20;
constexpr unsigned char kLastType = 23;

bool IsIp(const std::string& host) {
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return inet_pton(AF_INET, host.c_str(), address.data()) == 1 ||
         inet_pton(AF_INET6, host.c_str(), address.data()) == 1;
}

// OpenSSL writes to sockets that are closed, and SIGPIPE would end us.
class WithoutSigpipe {
 public:
  WithoutSigpipe() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutSigpipe() {
    const timespec none{};
    while (sigtimedwait(&pipe_, nullptr, &none) == SIGPIPE) {
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
};

// One connection to a server.
class Session {
 public:
  Session(const Address& server, const TlsContents& contents,
          Milliseconds patience)
      : server_(server),
        has_own_(!contents.cert.empty()),
        end_(std::chrono::steady_clock::now() + patience),
        context_(SSL_CTX_new(TLS_client_method())) {
    Prepare(contents);
    Connect(patience);
  }

  bool connected() const { return socket_.fd() >= 0; }

  // Whether what answers is TLS at all.
  bool SpeaksTls() {
    const auto type = SayHello();
    return type && *type >= kFirstType && *type <= kLastType;
  }

  Handshake Run() {
    Handshake result;
    result.fault = Shake();
    if (!result.fault) result.fault = CheckTrust();
    if (!result.fault) result.fault = Greet();
    if (result.fault) return result;
    const Openssl<X509> certificate(SSL_get1_peer_certificate(ssl_.get()));
    result.version = SSL_get_version(ssl_.get());
    result.names = NamesIn(*certificate);
    result.issuer = IssuerOf(*certificate);
    result.end = ToTime(X509_get0_notAfter(certificate.get()));
    return result;
  }

 private:
  void Prepare(const TlsContents& contents) {
    ERR_clear_error();
    SSL_CTX_set_min_proto_version(context_.get(), TLS1_2_VERSION);
    // Looked at afterwards; see CheckTrust.
    SSL_CTX_set_verify(context_.get(), SSL_VERIFY_NONE, nullptr);
    X509_STORE* store = SSL_CTX_get_cert_store(context_.get());
    const Openssl<BIO> roots = BioOf(contents.roots);
    while (const auto root = NextCertificate(roots.get())) {
      X509_STORE_add_cert(store, root.get());
    }
    SSL_CTX_set_cert_cb(
        context_.get(),
        [](SSL*, void* self) {
          static_cast<Session*>(self)->asked_ = true;
          return 1;
        },
        this);
    if (has_own_) UseOwn(contents);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_alpn_protos(ssl_.get(),
                        reinterpret_cast<const unsigned char*>(kAlpn.data()),
                        kAlpn.size());
    if (IsIp(server_.host)) {
      X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl_.get()),
                                    server_.host.c_str());
    } else {
      SSL_set_tlsext_host_name(ssl_.get(), server_.host.c_str());
      SSL_set1_host(ssl_.get(), server_.host.c_str());
    }
  }

  void UseOwn(const TlsContents& contents) {
    const Openssl<BIO> certs = BioOf(contents.cert);
    const Openssl<BIO> key_bio = BioOf(contents.key);
    const Openssl<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(key_bio.get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context_.get(), NextCertificate(certs.get()).get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());
    while (const auto next = NextCertificate(certs.get())) {
      SSL_CTX_add1_chain_cert(context_.get(), next.get());
    }
  }

  void Connect(Milliseconds patience) {
    try {
      for (const Endpoint& endpoint : FindEndpoints(server_, patience)) {
        Attempt attempt = BeginConnecting(endpoint);
        FinishConnecting(attempt, end_);
        if (attempt.error != 0) continue;
        socket_ = std::move(attempt.socket);
        // Nothing to read yet; see SayHello.
        SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()),
                    BIO_new_socket(socket_.fd(), BIO_NOCLOSE));
        return;
      }
    } catch (const Failure&) {
      // No name, no connection.
    }
  }

  // Says hello. Answers with the first byte that the server says, which stays
  // to be read; nothing where that is nothing.
  std::optional<unsigned char> SayHello() {
    errno = 0;
    const int result = SSL_connect(ssl_.get());
    if (SSL_get_error(ssl_.get(), result) == SSL_ERROR_SYSCALL) error_ = errno;
    SSL_set0_rbio(ssl_.get(), BIO_new_socket(socket_.fd(), BIO_NOCLOSE));
    unsigned char byte = 0;
    if (!WaitFor(socket_.fd(), POLLIN, end_)) return std::nullopt;
    const ssize_t size = recv(socket_.fd(), &byte, 1, MSG_PEEK);
    if (size < 0) error_ = errno;  // which the socket tells once
    return size == 1 ? std::optional(byte) : std::nullopt;
  }

  // Repeats a call of OpenSSL until it is done. Its result is over 0 where it
  // succeeded.
  template <class Call>
  int Complete(Call call) {
    for (;;) {
      ERR_clear_error();
      errno = 0;
      const int result = call();
      if (result > 0) return result;
      const int error = SSL_get_error(ssl_.get(), result);
      late_ = (error == SSL_ERROR_WANT_READ &&
               !WaitFor(socket_.fd(), POLLIN, end_)) ||
              (error == SSL_ERROR_WANT_WRITE &&
               !WaitFor(socket_.fd(), POLLOUT, end_));
      if (late_ ||
          (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)) {
        return result;
      }
    }
  }

  std::optional<Failure> Shake() {
    const auto type = SayHello();
    if (type && (*type < kFirstType || *type > kLastType)) return NoTls();
    if (Complete([this] { return SSL_connect(ssl_.get()); }) > 0) {
      return std::nullopt;
    }
    return Broken();
  }

  // In OpenSSL's eyes, which are gRPC's, too.
  std::optional<Failure> CheckTrust() const {
    const Openssl<X509> certificate(SSL_get1_peer_certificate(ssl_.get()));
    return Distrust(server_, *certificate, SSL_get_verify_result(ssl_.get()));
  }

  // Begins HTTP/2: with TLS 1.3 a server that wants another certificate of ours
  // says so only now.
  std::optional<Failure> Greet() {
    const unsigned char* protocol = nullptr;
    unsigned size = 0;
    SSL_get0_alpn_selected(ssl_.get(), &protocol, &size);
    if (size == 0) {
      return Failure("protocol_mismatch",
                     server_.Text() + " speaks TLS, but not HTTP/2");
    }
    std::array<char, 1> answer{};
    const int written = Complete([&] {
      return SSL_write(ssl_.get(), kPreface.data(), kPreface.size());
    });
    if (written > 0 && Complete([&] {
                         return SSL_read(ssl_.get(), answer.data(),
                                         answer.size());
                       }) > 0) {
      return std::nullopt;
    }
    return Broken();
  }

  Failure NoTls() const {
    const std::string plain = server_.HostPort();
    return Failure("bad_config", "the server " + plain + " does not speak TLS",
                   server_.IsLocal()
                       ? "name it without tls://: --server " + plain
                       : "its administrator can give it TLS");
  }

  // After a call of OpenSSL that failed.
  Failure Broken() const {
    const int error = error_ ? error_ : errno;
    const int reason = ERR_GET_REASON(ERR_peek_error()) - SSL_AD_REASON_OFFSET;
    const bool alert = reason > 0 && reason < 256;
    const std::string who = server_.Text();
    if (late_) {
      return {"unavailable", who + " did not finish the TLS handshake in time"};
    }
    const bool about_us = alert && ((reason >= SSL_AD_BAD_CERTIFICATE &&
                                     reason <= SSL_AD_CERTIFICATE_UNKNOWN) ||
                                    reason == SSL_AD_UNKNOWN_CA ||
                                    reason == SSL_AD_CERTIFICATE_REQUIRED);
    if (asked_ && (about_us || !alert || reason == SSL_AD_HANDSHAKE_FAILURE)) {
      return has_own_ ? RefusesOurs() : WantsOurs();
    }
    if (alert) {
      return {"bad_config", who + " refuses the TLS handshake: " +
                                SSL_alert_desc_string_long(reason)};
    }
    std::string sentence = who + " broke off the TLS handshake";
    if (error != 0) sentence = WithErrno(sentence, error);
    return {"unavailable", sentence,
            "try again; if it stays, its log says why"};
  }

  Failure WantsOurs() const {
    return {"bad_config", server_.Text() + " wants a certificate of ours",
            "get one and its key from the server's administrator, and name "
            "them with --tls-cert and --tls-key"};
  }

  Failure RefusesOurs() const {
    return {"bad_config", server_.Text() + " does not accept our certificate",
            "is it of a CA that the server trusts (--tls-client-ca), and made "
            "for clients?"};
  }

  const WithoutSigpipe without_sigpipe_;
  const Address& server_;
  const bool has_own_;
  const SteadyTime end_;
  const Openssl<SSL_CTX> context_;
  Openssl<SSL> ssl_;
  File socket_;
  bool asked_ = false;  // for a certificate of ours
  bool late_ = false;
  int error_ = 0;
};

}  // namespace

Handshake ShakeHands(const Address& server, const TlsContents& contents,
                     Milliseconds patience) {
  Session session(server, contents, patience);
  return session.connected() ? session.Run() : Handshake();
}

std::optional<Failure> FindTlsFault(const Address& server,
                                    const TlsFiles& files,
                                    Milliseconds patience) {
  if (server.tls) return ShakeHands(server, ReadTls(files), patience).fault;
  Session session(server, {}, patience);
  if (!session.connected() || !session.SpeaksTls()) return std::nullopt;
  return Failure("bad_config",
                 "the server " + server.Text() + " speaks TLS only",
                 "name it as tls://" + server.Text());
}

}  // namespace turbo::ctl
