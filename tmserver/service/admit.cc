#include "tmserver/service/admit.h"

#include <grpcpp/grpcpp.h>
#include <strings.h>

#include <optional>
#include <string_view>
#include <utility>

#include "proto/turbomessage/wire.h"
#include "tmserver/service/peer.h"

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

}  // namespace

mail::Result<mail::Caller> Authenticate(
    const grpc::CallbackServerContext& context, mail::Sessions& sessions) {
  const std::optional<std::string_view> token = TokenOf(context);
  if (!token) {
    return mail::Fail(ErrorCode::kNotLoggedIn,
                      "this call needs a login or an access token");
  }
  return sessions.Authenticate(*token, OriginOf(context.peer()));
}

mail::Result<mail::Caller> Admitted(CallRecord& record,
                                    mail::Sessions& sessions, mail::Right right,
                                    Counting counting,
                                    mail::Result<mail::Caller> caller) {
  if (!caller) return caller;
  record.user = caller->user;
  mail::Result<mail::Nothing> permitted = mail::Permit(*caller, right);
  if (counting == Counting::kCall || !permitted) {
    if (auto ok = sessions.Admit(*caller); !ok) permitted = std::move(ok);
  }
  if (!permitted) return tl::unexpected(std::move(permitted.error()));
  return caller;
}

mail::Error ServerFault() {
  return {ErrorCode::kInternal, "the server failed; its log says more", {}, {}};
}

void CallRecord::SetLevel(ErrorCode code) {
  if (code == ErrorCode::kInternal) level = log::Level::kError;
  if (code == ErrorCode::kUnavailable) level = log::Level::kWarn;
}

CallRecord::CallRecord(const std::string& method_path,
                       const grpc::CallbackServerContext& context)
    : path(method_path), peer(context.peer()) {}

mail::Origin CallRecord::Origin() const { return OriginOf(peer); }

void CallRecord::Write() const {
  const auto spent = std::chrono::steady_clock::now() - begun;
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(spent);
  log::Write(level, "call",
             {{"method", std::string_view(path).substr(1)},
              {"user", user},
              {"peer", peer},
              {"status", static_cast<int>(status.error_code())},
              {"reason", reason},
              {"duration_us", us.count()}});
}

}  // namespace turbo::service
