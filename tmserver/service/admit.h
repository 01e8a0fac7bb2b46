// What every call has, whatever its shape: somebody who calls, and a line in
// the log.
#ifndef TMSERVER_SERVICE_ADMIT_H_
#define TMSERVER_SERVICE_ADMIT_H_

#include <grpcpp/support/server_callback.h>

#include <chrono>
#include <string>

#include "tmserver/log.h"
#include "tmserver/mail/sessions.h"

namespace turbo::service {

// A fault of ours, as callers are told of it.
mail::Error ServerFault();

// What the log says of a call when it is over.
struct CallRecord {
  // `method_path` outlives it.
  CallRecord(const std::string& method_path,
             const grpc::CallbackServerContext& context);
  // For a call that fails with `code`.
  void SetLevel(mail::ErrorCode code);
  void Write() const;

  const std::string& path;
  const std::chrono::steady_clock::time_point begun =
      std::chrono::steady_clock::now();
  const std::string peer;
  std::string user;
  grpc::Status status;
  log::Level level = log::Level::kInfo;
  const char* reason = "";
};

// Who calls, by the token in the metadata. kNotLoggedIn, kSessionExpired,
// kTokenExpired.
mail::Result<mail::Caller> Authenticate(
    const grpc::CallbackServerContext& context, mail::Sessions& sessions);

// The caller, noted for the log, who must have `right`; kPermissionDenied.
mail::Result<mail::Caller> Admitted(CallRecord& record, mail::Right right,
                                    mail::Result<mail::Caller> caller);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ADMIT_H_
