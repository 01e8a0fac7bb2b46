// From the mail's errors to what gRPC sends.
#ifndef TMSERVER_SERVICE_STATUS_H_
#define TMSERVER_SERVICE_STATUS_H_

#include <grpcpp/support/status.h>

#include "google/rpc/status.pb.h"
#include "tmserver/mail/error.h"

namespace turbo::service {

// The error's code in upper case: ErrorInfo.reason.
const char* Reason(mail::ErrorCode code);

// Status, sentence, an ErrorInfo with the reason and the users and ids that the
// error is about, and then a RetryInfo where it is known when to try again. It
// stays below 8 KiB: users or ids that find no room are
// counted under kOmitted in its metadata.
google::rpc::Status ToDetails(const mail::Error& error);

// The same for a call that fails: details serialized in error_details. A client
// with gRPC's default limits can receive it.
grpc::Status ToStatus(const mail::Error& error);

inline constexpr char kOmitted[] = "omitted";

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_STATUS_H_
