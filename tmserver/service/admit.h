// What every call has, whatever its shape: somebody who calls, and a line in
// the log.
#ifndef TMSERVER_SERVICE_ADMIT_H_
#define TMSERVER_SERVICE_ADMIT_H_

#include <google/protobuf/message.h>
#include <grpcpp/server_context.h>

#include <chrono>
#include <memory>
#include <string>

#include "tmserver/log.h"
#include "tmserver/mail/sessions.h"

namespace turbo::service {

// A fault of ours, as callers are told of it.
mail::Error ServerFault();

// The event that a method's calls are in the audit log; none: only those that
// the caller had no right to are, and unknown tokens.
struct Audited {
  const char* event = nullptr;
};

// What a request is about, for the audit log: its text field of this name, the
// first that there is. Empty where there is none.
std::string TargetOf(const google::protobuf::Message& request);

// How it is to be done, for the audit log: the request's numbers, switches and
// choices, never a text, as "role=ROLE_ADMIN". An optional one only if given.
std::string DetailsOf(const google::protobuf::Message& request);

// What the logs say of a call when it is over.
struct CallRecord {
  // `method_path` outlives it.
  CallRecord(const std::string& method_path,
             const grpc::ServerContextBase& context);
  // As limits count it.
  mail::Origin Origin() const;
  // Counts what is kept for the caller, in place of what was counted before:
  // its request, then the reply, until this object goes, which is when the
  // connection has taken that.
  void Hold(size_t bytes);
  // For a call that fails with `code`.
  void SetLevel(mail::ErrorCode code);
  void Write() const;

  const std::string& path;
  const std::chrono::steady_clock::time_point begun =
      std::chrono::steady_clock::now();
  const std::string peer;
  const bool is_local;  // came through the administration socket
  std::string user;
  std::string token_name;  // of an access token
  Audited audited;
  std::string target;
  std::string details;
  grpc::Status status;
  log::Level level = log::Level::kInfo;
  const char* reason = "";
  mail::Untaken* untaken = nullptr;  // set once the caller is known
  std::shared_ptr<void> held;
};

// Who calls: the local administrator, else by the token in the metadata.
// kNotLoggedIn, kSessionExpired, kTokenExpired, kAccountDisabled.
mail::Result<mail::Caller> Authenticate(const CallRecord& record,
                                        const grpc::ServerContextBase& context,
                                        mail::Sessions& sessions);

// How a call counts for its account's rate.
enum class Counting {
  kCall,   // as one
  kPaced,  // not here: what serves it counts, and lets it wait
};

// The caller, noted for the log, who must have `right`; kPermissionDenied,
// kRateLimited.
mail::Result<mail::Caller> Admitted(CallRecord& record,
                                    mail::Sessions& sessions, mail::Right right,
                                    Counting counting,
                                    mail::Result<mail::Caller> caller);

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_ADMIT_H_
