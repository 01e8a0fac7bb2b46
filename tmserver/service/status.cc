#include "tmserver/service/status.h"

#include <google/protobuf/util/time_util.h>

#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "proto/turbomessage/wire.h"

namespace turbo::service {
namespace {

using grpc::StatusCode;
using mail::ErrorCode;

// gRPC's clients refuse more than 8 KiB of metadata. The sentence travels
// twice, once percent-encoded, and the details in base64.
constexpr size_t kMaxSentence = 500;
constexpr size_t kMaxList = 3000;

struct Row {
  StatusCode status;
  const char* reason;
};

Row RowOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return {StatusCode::INVALID_ARGUMENT, wire::kInvalidArgument};
    case ErrorCode::kWeakPassword:
      return {StatusCode::INVALID_ARGUMENT, wire::kWeakPassword};
    case ErrorCode::kMessageTooLarge:
      return {StatusCode::INVALID_ARGUMENT, wire::kMessageTooLarge};
    case ErrorCode::kUserExists:
      return {StatusCode::ALREADY_EXISTS, wire::kUserExists};
    case ErrorCode::kTokenExists:
      return {StatusCode::ALREADY_EXISTS, wire::kTokenExists};
    case ErrorCode::kRequestIdReused:
      return {StatusCode::ALREADY_EXISTS, wire::kRequestIdReused};
    case ErrorCode::kCursorInvalid:
      return {StatusCode::OUT_OF_RANGE, wire::kCursorInvalid};
    case ErrorCode::kMessageNotFound:
      return {StatusCode::NOT_FOUND, wire::kMessageNotFound};
    case ErrorCode::kTokenNotFound:
      return {StatusCode::NOT_FOUND, wire::kTokenNotFound};
    case ErrorCode::kInviteNotFound:
      return {StatusCode::NOT_FOUND, wire::kInviteNotFound};
    case ErrorCode::kUserNotFound:
      return {StatusCode::NOT_FOUND, wire::kUserNotFound};
    case ErrorCode::kRecipientNotFound:
      return {StatusCode::NOT_FOUND, wire::kRecipientNotFound};
    case ErrorCode::kRegistrationClosed:
      return {StatusCode::FAILED_PRECONDITION, wire::kRegistrationClosed};
    case ErrorCode::kInternal:
      return {StatusCode::INTERNAL, wire::kInternal};
    case ErrorCode::kUnavailable:
      return {StatusCode::UNAVAILABLE, wire::kUnavailable};
    case ErrorCode::kInboxFull:
      return {StatusCode::RESOURCE_EXHAUSTED, wire::kInboxFull};
    case ErrorCode::kOutboxFull:
      return {StatusCode::RESOURCE_EXHAUSTED, wire::kOutboxFull};
    case ErrorCode::kRateLimited:
      return {StatusCode::RESOURCE_EXHAUSTED, wire::kRateLimited};
    case ErrorCode::kStoreFull:
      return {StatusCode::RESOURCE_EXHAUSTED, wire::kStoreFull};
    case ErrorCode::kNotLoggedIn:
      return {StatusCode::UNAUTHENTICATED, wire::kNotLoggedIn};
    case ErrorCode::kSessionExpired:
      return {StatusCode::UNAUTHENTICATED, wire::kSessionExpired};
    case ErrorCode::kTokenExpired:
      return {StatusCode::UNAUTHENTICATED, wire::kTokenExpired};
    case ErrorCode::kBadCredentials:
      return {StatusCode::UNAUTHENTICATED, wire::kBadCredentials};
    case ErrorCode::kPermissionDenied:
      return {StatusCode::PERMISSION_DENIED, wire::kPermissionDenied};
    case ErrorCode::kAccountDisabled:
      return {StatusCode::PERMISSION_DENIED, wire::kAccountDisabled};
  }
  return {StatusCode::INTERNAL, wire::kInternal};
}

// Cut between two characters of UTF-8.
std::string Shorten(std::string sentence) {
  if (sentence.size() <= kMaxSentence) return sentence;
  size_t end = kMaxSentence;
  while (end > 0 && (sentence[end] & 0xC0) == 0x80) --end;
  sentence.resize(end);
  return sentence + "...";
}

// Joined by commas; answers how many found no room.
size_t Join(const std::vector<std::string>& words, std::string& list) {
  for (size_t i = 0; i < words.size(); ++i) {
    if (list.size() + 1 + words[i].size() > kMaxList) return words.size() - i;
    if (i > 0) list += ',';
    list += words[i];
  }
  return 0;
}

void AddList(const char* key, const std::vector<std::string>& words,
             google::rpc::ErrorInfo& info) {
  if (words.empty()) return;
  auto& metadata = *info.mutable_metadata();
  const size_t omitted = Join(words, metadata[key]);
  if (omitted > 0) metadata[kOmitted] = std::to_string(omitted);
}

}  // namespace

const char* Reason(ErrorCode code) { return RowOf(code).reason; }

google::rpc::Status ToDetails(const mail::Error& error) {
  const Row row = RowOf(error.code);
  google::rpc::ErrorInfo info;
  info.set_domain(wire::kErrorDomain);
  info.set_reason(row.reason);
  AddList(wire::kUsers, error.users, info);
  std::vector<std::string> ids;
  for (const int64_t id : error.ids) ids.push_back(std::to_string(id));
  AddList(wire::kIds, ids, info);

  google::rpc::Status details;
  details.set_code(row.status);
  details.set_message(Shorten(error.message));
  details.add_details()->PackFrom(info);
  if (error.retry_after) {
    google::rpc::RetryInfo retry;
    *retry.mutable_retry_delay() =
        google::protobuf::util::TimeUtil::MillisecondsToDuration(
            error.retry_after->count());
    details.add_details()->PackFrom(retry);
  }
  return details;
}

grpc::Status ToStatus(const mail::Error& error) {
  const google::rpc::Status details = ToDetails(error);
  return {static_cast<StatusCode>(details.code()), details.message(),
          details.SerializeAsString()};
}

}  // namespace turbo::service
