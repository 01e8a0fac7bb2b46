// What every call has, whatever its shape: somebody who calls, and a line in
// the log.
#ifndef TMSERVER_SERVICE_ADMIT_H_
#define TMSERVER_SERVICE_ADMIT_H_

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <optional>
#include <string>

#include "tmserver/mail/sessions.h"

namespace turbo::service {

// What a method asks of its caller; unset: everybody is served.
using Needed = std::optional<mail::Right>;

// Who calls, by the token of `context`; nobody in particular where nothing is
// needed. kNotLoggedIn, kSessionExpired, kTokenExpired, kPermissionDenied.
mail::Result<mail::Caller> Admit(const grpc::CallbackServerContext& context,
                                 mail::Sessions& sessions, Needed right);

// A fault of ours, as callers are told of it.
mail::Error ServerFault();

// What the log says of a call when it is over.
struct CallRecord {
  // `method_path` outlives it.
  explicit CallRecord(const std::string& method_path) : path(method_path) {}
  void Write(const grpc::CallbackServerContext& context) const;

  const std::string& path;
  const std::chrono::steady_clock::time_point begun =
      std::chrono::steady_clock::now();
  std::string user;
  grpc::Status status;
  const char* reason = "";
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ADMIT_H_
