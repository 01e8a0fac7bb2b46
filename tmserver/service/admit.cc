#include "tmserver/service/admit.h"

#include <grpcpp/grpcpp.h>
#include <strings.h>

#include <string_view>

#include "proto/turbomessage/wire.h"
#include "tmserver/log.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

std::string_view View(grpc::string_ref text) {
  return {text.data(), text.size()};
}

// The token of `authorization: Bearer TOKEN`.
std::optional<std::string_view> TokenOf(
    const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(wire::kAuthorization);
  if (found == metadata.end()) return std::nullopt;
  const std::string_view value = View(found->second);
  const std::string_view scheme = wire::kBearer;
  if (value.size() <= scheme.size() ||
      strncasecmp(value.data(), scheme.data(), scheme.size()) != 0) {
    return std::nullopt;
  }
  return value.substr(scheme.size());
}

log::Level LevelOf(const grpc::Status& status) {
  if (status.error_code() == grpc::StatusCode::INTERNAL) {
    return log::Level::kError;
  }
  return status.error_code() == grpc::StatusCode::UNAVAILABLE
             ? log::Level::kWarn
             : log::Level::kInfo;
}

}  // namespace

mail::Result<mail::Caller> Admit(const grpc::CallbackServerContext& context,
                                 mail::Sessions& sessions, Needed right) {
  if (!right) return mail::Caller();
  const std::optional<std::string_view> token = TokenOf(context);
  if (!token) {
    return mail::Fail(ErrorCode::kNotLoggedIn,
                      "this call needs a login or an access token");
  }
  auto caller = sessions.Authenticate(*token);
  if (!caller) return caller;
  if (const auto ok = mail::Permit(*caller, *right); !ok) {
    return tl::unexpected(ok.error());
  }
  return caller;
}

mail::Error ServerFault() {
  return {ErrorCode::kInternal, "the server failed; its log says more", {}, {}};
}

void CallRecord::Write(const grpc::CallbackServerContext& context) const {
  const auto spent = std::chrono::steady_clock::now() - begun;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(spent);
  log::Write(LevelOf(status), "call",
             {{"method", std::string_view(path).substr(1)},
              {"user", user},
              {"peer", context.peer()},
              {"status", static_cast<int>(status.error_code())},
              {"reason", reason},
              {"duration_us", us.count()}});
}

}  // namespace turbo::service
