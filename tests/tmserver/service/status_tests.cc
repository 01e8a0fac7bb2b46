#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <set>
#include <string>
#include <vector>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "tmserver/service/status.h"

namespace turbo::service {
namespace {

using grpc::StatusCode;
using mail::ErrorCode;

struct Expected {
  ErrorCode code;
  StatusCode status;
  const char* reason;
};

const Expected kExpected[] = {
    {ErrorCode::kInvalidArgument, StatusCode::INVALID_ARGUMENT,
     "INVALID_ARGUMENT"},
    {ErrorCode::kWeakPassword, StatusCode::INVALID_ARGUMENT, "WEAK_PASSWORD"},
    {ErrorCode::kMessageTooLarge, StatusCode::INVALID_ARGUMENT,
     "MESSAGE_TOO_LARGE"},
    {ErrorCode::kUserExists, StatusCode::ALREADY_EXISTS, "USER_EXISTS"},
    {ErrorCode::kTokenExists, StatusCode::ALREADY_EXISTS, "TOKEN_EXISTS"},
    {ErrorCode::kRequestIdReused, StatusCode::ALREADY_EXISTS,
     "REQUEST_ID_REUSED"},
    {ErrorCode::kCursorInvalid, StatusCode::OUT_OF_RANGE, "CURSOR_INVALID"},
    {ErrorCode::kMessageNotFound, StatusCode::NOT_FOUND, "MESSAGE_NOT_FOUND"},
    {ErrorCode::kTokenNotFound, StatusCode::NOT_FOUND, "TOKEN_NOT_FOUND"},
    {ErrorCode::kInviteNotFound, StatusCode::NOT_FOUND, "INVITE_NOT_FOUND"},
    {ErrorCode::kUserNotFound, StatusCode::NOT_FOUND, "USER_NOT_FOUND"},
    {ErrorCode::kAccountDisabled, StatusCode::PERMISSION_DENIED,
     "ACCOUNT_DISABLED"},
    {ErrorCode::kRecipientNotFound, StatusCode::NOT_FOUND,
     "RECIPIENT_NOT_FOUND"},
    {ErrorCode::kRegistrationClosed, StatusCode::FAILED_PRECONDITION,
     "REGISTRATION_CLOSED"},
    {ErrorCode::kInternal, StatusCode::INTERNAL, "INTERNAL"},
    {ErrorCode::kUnavailable, StatusCode::UNAVAILABLE, "UNAVAILABLE"},
    {ErrorCode::kInboxFull, StatusCode::RESOURCE_EXHAUSTED, "INBOX_FULL"},
    {ErrorCode::kOutboxFull, StatusCode::RESOURCE_EXHAUSTED, "OUTBOX_FULL"},
    {ErrorCode::kRateLimited, StatusCode::RESOURCE_EXHAUSTED, "RATE_LIMITED"},
    {ErrorCode::kStoreFull, StatusCode::RESOURCE_EXHAUSTED, "STORE_FULL"},
    {ErrorCode::kNotLoggedIn, StatusCode::UNAUTHENTICATED, "NOT_LOGGED_IN"},
    {ErrorCode::kSessionExpired, StatusCode::UNAUTHENTICATED,
     "SESSION_EXPIRED"},
    {ErrorCode::kTokenExpired, StatusCode::UNAUTHENTICATED, "TOKEN_EXPIRED"},
    {ErrorCode::kBadCredentials, StatusCode::UNAUTHENTICATED,
     "BAD_CREDENTIALS"},
    {ErrorCode::kPermissionDenied, StatusCode::PERMISSION_DENIED,
     "PERMISSION_DENIED"},
};

google::rpc::Status DetailsOf(const grpc::Status& status) {
  google::rpc::Status details;
  BOOST_TEST(details.ParseFromString(status.error_details()));
  return details;
}

google::rpc::ErrorInfo InfoOf(const grpc::Status& status) {
  const google::rpc::Status details = DetailsOf(status);
  google::rpc::ErrorInfo info;
  BOOST_TEST_REQUIRE(details.details_size() == 1);
  BOOST_TEST(details.details(0).UnpackTo(&info));
  return info;
}

BOOST_AUTO_TEST_SUITE(status)

BOOST_AUTO_TEST_CASE(every_error_has_a_status_and_a_reason) {
  for (const Expected& expected : kExpected) {
    const grpc::Status status = ToStatus({expected.code, "why", {}, {}});
    BOOST_TEST(status.error_code() == expected.status, expected.reason);
    BOOST_TEST(status.error_message() == "why");
    const google::rpc::ErrorInfo info = InfoOf(status);
    BOOST_TEST(info.domain() == "turbomessage");
    BOOST_TEST(info.reason() == expected.reason);
    BOOST_TEST(info.metadata().empty());
    BOOST_TEST(std::string(Reason(expected.code)) == expected.reason);
  }
}

BOOST_AUTO_TEST_CASE(no_two_errors_share_a_reason) {
  std::set<std::string> reasons;
  for (const Expected& expected : kExpected) {
    BOOST_TEST(reasons.insert(expected.reason).second);
  }
  const auto last = static_cast<size_t>(ErrorCode::kAccountDisabled);
  BOOST_TEST(reasons.size() == last + 1);
}

BOOST_AUTO_TEST_CASE(details_repeat_status_and_sentence) {
  const auto details =
      DetailsOf(ToStatus({ErrorCode::kInboxFull, "full", {"ana"}, {}}));
  BOOST_TEST(details.code() == StatusCode::RESOURCE_EXHAUSTED);
  BOOST_TEST(details.message() == "full");
}

BOOST_AUTO_TEST_CASE(users_and_ids_are_joined_by_commas) {
  const auto info = InfoOf(
      ToStatus({ErrorCode::kInboxFull, "x", {"ana", "beto"}, {7, 12, 3}}));
  BOOST_TEST(info.metadata().at("users") == "ana,beto");
  BOOST_TEST(info.metadata().at("ids") == "7,12,3");
  BOOST_TEST(info.metadata().count(kOmitted) == 0);
}

BOOST_AUTO_TEST_CASE(when_to_try_again_comes_after_the_reason) {
  mail::Error error{ErrorCode::kRateLimited, "slowly", {}, {}};
  error.retry_after = std::chrono::milliseconds(12'345);
  const google::rpc::Status details = DetailsOf(ToStatus(error));
  BOOST_TEST_REQUIRE(details.details_size() == 2);
  google::rpc::ErrorInfo info;
  BOOST_TEST(details.details(0).UnpackTo(&info));
  BOOST_TEST(info.reason() == "RATE_LIMITED");
  google::rpc::RetryInfo retry;
  BOOST_TEST(details.details(1).UnpackTo(&retry));
  BOOST_TEST(retry.retry_delay().seconds() == 12);
  BOOST_TEST(retry.retry_delay().nanos() == 345'000'000);
}

BOOST_AUTO_TEST_CASE(what_is_too_long_for_a_client_is_cut_and_counted) {
  std::vector<std::string> users;
  std::string sentence = "no such users:";
  for (int i = 0; i < 100; ++i) {
    users.push_back(std::string(61, 'u') + std::to_string(100 + i));
    sentence += " " + users.back();
  }
  const grpc::Status status =
      ToStatus({ErrorCode::kRecipientNotFound, sentence, users, {}});
  const size_t base64 = status.error_details().size() * 4 / 3;
  BOOST_TEST(status.error_message().size() + base64 < 7000);
  const auto info = InfoOf(status);
  const std::string& named = info.metadata().at("users");
  const auto count = std::count(named.begin(), named.end(), ',') + 1;
  BOOST_TEST(named.substr(0, 65) == users[0] + ",");
  BOOST_TEST(info.metadata().at(kOmitted) == std::to_string(100 - count));
}

BOOST_AUTO_TEST_CASE(a_long_sentence_is_cut_between_characters) {
  std::string sentence = "x";
  while (sentence.size() < 1000) sentence += "é";
  const grpc::Status status =
      ToStatus({ErrorCode::kInternal, sentence, {}, {}});
  BOOST_TEST(status.error_message().size() < 510);
  BOOST_TEST(status.error_message().substr(status.error_message().size() - 5) ==
             "é...");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace turbo::service
