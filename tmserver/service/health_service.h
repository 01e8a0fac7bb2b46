// grpc.health.v1.Health: whether the server, and each service, takes calls.
#ifndef TMSERVER_SERVICE_HEALTH_SERVICE_H_
#define TMSERVER_SERVICE_HEALTH_SERVICE_H_

#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "tmserver/service/call.h"

namespace turbo::service {

// For everybody, without a token. Thread-safe.
class HealthService final : public Service {
 public:
  // Answers for the server as a whole and for `services`. `sessions` outlives
  // it.
  HealthService(mail::Sessions& sessions, std::set<std::string> services);

  // All of them are being served, or not. At first they are not.
  void SetServing(bool serving);

  // Ends the calls that would go on for as long as their callers like.
  void EndStreams();

 private:
  class Asked;

  std::unique_ptr<StreamHandler> Check(Stream& stream);
  std::unique_ptr<StreamHandler> Watch(Stream& stream);

  const std::set<std::string> services_;

  std::mutex mutex_;  // guards the rest, and all that was Asked
  std::set<Asked*> watched_;
  bool serving_ = false;
  bool ended_ = false;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_HEALTH_SERVICE_H_
