// What both programs must agree on beside the .proto files.
#ifndef PROTO_TURBOMESSAGE_WIRE_H_
#define PROTO_TURBOMESSAGE_WIRE_H_

#include <cstddef>
#include <cstdint>

namespace turbo::wire {

inline constexpr uint16_t kDefaultPort = 50052;

// Metadata of a call: `authorization: Bearer TOKEN`.
inline constexpr char kAuthorization[] = "authorization";
inline constexpr char kBearer[] = "Bearer ";

// google.rpc.ErrorInfo of a failed call, and the keys of its metadata.
inline constexpr char kErrorDomain[] = "turbomessage";
inline constexpr char kUsers[] = "users";  // names, joined by commas
inline constexpr char kIds[] = "ids";      // message ids, joined by commas

// Trailing metadata with the serialized google.rpc.Status (gRPC's own name).
inline constexpr char kStatusDetails[] = "grpc-status-details-bin";

// The most ids in one MarkRequest or DeleteRequest.
inline constexpr size_t kMaxIds = 1000;

// Error reasons: ErrorInfo.reason. tmctl's code is the same in lower case.
inline constexpr char kInvalidArgument[] = "INVALID_ARGUMENT";
inline constexpr char kWeakPassword[] = "WEAK_PASSWORD";
inline constexpr char kMessageTooLarge[] = "MESSAGE_TOO_LARGE";
inline constexpr char kUserExists[] = "USER_EXISTS";
inline constexpr char kTokenExists[] = "TOKEN_EXISTS";
inline constexpr char kRequestIdReused[] = "REQUEST_ID_REUSED";
inline constexpr char kCursorInvalid[] = "CURSOR_INVALID";
inline constexpr char kMessageNotFound[] = "MESSAGE_NOT_FOUND";
inline constexpr char kTokenNotFound[] = "TOKEN_NOT_FOUND";
inline constexpr char kInviteNotFound[] = "INVITE_NOT_FOUND";
inline constexpr char kRecipientNotFound[] = "RECIPIENT_NOT_FOUND";
inline constexpr char kUserNotFound[] = "USER_NOT_FOUND";
inline constexpr char kRegistrationClosed[] = "REGISTRATION_CLOSED";
inline constexpr char kInternal[] = "INTERNAL";
inline constexpr char kUnavailable[] = "UNAVAILABLE";
inline constexpr char kInboxFull[] = "INBOX_FULL";
inline constexpr char kOutboxFull[] = "OUTBOX_FULL";
inline constexpr char kRateLimited[] = "RATE_LIMITED";
inline constexpr char kStoreFull[] = "STORE_FULL";
inline constexpr char kNotLoggedIn[] = "NOT_LOGGED_IN";
inline constexpr char kSessionExpired[] = "SESSION_EXPIRED";
inline constexpr char kTokenExpired[] = "TOKEN_EXPIRED";
inline constexpr char kBadCredentials[] = "BAD_CREDENTIALS";
inline constexpr char kPermissionDenied[] = "PERMISSION_DENIED";
inline constexpr char kAccountDisabled[] = "ACCOUNT_DISABLED";

}  // namespace turbo::wire

#endif  // PROTO_TURBOMESSAGE_WIRE_H_
