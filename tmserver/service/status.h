// From the mail's errors to what gRPC sends.
#ifndef TMSERVER_SERVICE_STATUS_H_
#define TMSERVER_SERVICE_STATUS_H_

#include <grpcpp/support/status.h>

#include "tmserver/mail/error.h"

namespace turbo::service {

// The error's code in upper case: ErrorInfo.reason.
const char* Reason(mail::ErrorCode code);

// Status, sentence and, as a serialized google.rpc.Status in error_details, an
// ErrorInfo with the reason and the users and ids that the error is about. A
// client with gRPC's default limits can receive it: it stays below 8 KiB, and
// users or ids that find no room are counted under kOmitted in its metadata.
grpc::Status ToStatus(const mail::Error& error);

inline constexpr char kOmitted[] = "omitted";

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_STATUS_H_
