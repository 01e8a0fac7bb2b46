// The gRPC server: services, health checking, reflection and limits.
#ifndef TMSERVER_SERVER_H_
#define TMSERVER_SERVER_H_

#include <chrono>
#include <memory>

#include "tmserver/listen.h"
#include "tmserver/mail/password.h"
#include "tmserver/mail/store.h"
#include "tmserver/options.h"
#include "tmserver/tls.h"

namespace turbo::server {

// Serves from its construction on until it is drained or destroyed.
class Server {
 public:
  // `store` and `tls`, which TCP is served with where there is one, outlive it.
  // Throws ListenError.
  Server(const Options& options, Claim& addresses, mail::Store& store,
         mail::PasswordCost cost = {}, Tls* tls = nullptr);
  // Without a Drain before, running calls are cancelled.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // What health checks are told.
  void SetServing(bool serving);

  // Refuses new calls and returns when the running ones are answered; those
  // that are not by then are cancelled.
  void Drain(std::chrono::milliseconds patience);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

// Before any of their threads: the own lines of gRPC and protobuf go to the
// log, at debug level, and abseil does without its bookkeeping of locks.
void PrepareLibraries();

}  // namespace turbo::server

#endif  // TMSERVER_SERVER_H_
