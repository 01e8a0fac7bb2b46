#include "tmserver/service/admit.h"

#include <google/protobuf/text_format.h>
#include <grpc/grpc_security_constants.h>
#include <grpcpp/grpcpp.h>
#include <strings.h>

#include <string_view>
#include <utility>

#include "proto/turbomessage/wire.h"
#include "tmserver/audit.h"
#include "tmserver/mail/address.h"
#include "tmserver/service/peer.h"

namespace turbo::service {
namespace {

using mail::ErrorCode;

std::string_view View(grpc::string_ref text) {
  return {text.data(), text.size()};
}

// The token of `authorization: Bearer TOKEN`; empty where there is none.
std::string_view TokenOf(const grpc::ServerContextBase& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(wire::kAuthorization);
  if (found == metadata.end()) return {};
  const std::string_view value = View(found->second);
  const std::string_view scheme = wire::kBearer;
  if (value.size() <= scheme.size() ||
      strncasecmp(value.data(), scheme.data(), scheme.size()) != 0) {
    return {};
  }
  return value.substr(scheme.size());
}

// That socket is the only listener with gRPC's local credentials.
bool IsLocal(const std::string& peer, const grpc::ServerContextBase& context) {
  if (!IsUnixSocket(peer)) return false;  // asking gRPC takes longer
  const auto auth = context.auth_context();
  if (!auth) return false;
  const auto types =
      auth->FindPropertyValues(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  return !types.empty() && View(types.front()) == "local";
}

void Audit(const CallRecord& call) {
  const std::string_view outcome = call.reason;
  std::string_view event = call.audited.event ? call.audited.event : "";
  std::string_view about = call.target;
  if (call.user.empty() && outcome == wire::kNotLoggedIn) {
    event = "unknown_token";
  }
  if (event.empty() && outcome == wire::kPermissionDenied) {
    event = "refused";
    about = std::string_view(call.path).substr(1);
  }
  if (event.empty()) return;
  // Who logs in has shown who it is once that is done.
  const auto shown = mail::FoldName(call.target);
  const bool has_logged_in = call.user.empty() && outcome == "OK" && shown;
  audit::Write({event, has_logged_in ? *shown : call.user, AddressOf(call.peer),
                call.token_name, about, outcome, call.details});
}

}  // namespace

mail::Result<mail::Caller> Authenticate(const CallRecord& record,
                                        const grpc::ServerContextBase& context,
                                        mail::Sessions& sessions) {
  if (record.is_local) return mail::LocalAdministrator();
  return sessions.Authenticate(TokenOf(context), record.Origin());
}

mail::Result<mail::Caller> Admitted(CallRecord& record,
                                    mail::Sessions& sessions, mail::Right right,
                                    Counting counting,
                                    mail::Result<mail::Caller> caller) {
  if (!caller) return caller;
  record.user = caller->user;
  record.token_name = caller->token_name;
  record.untaken = &sessions.untaken();
  mail::Result<mail::Nothing> permitted = mail::Permit(*caller, right);
  if (counting == Counting::kCall || !permitted) {
    if (auto ok = sessions.Admit(*caller); !ok) permitted = std::move(ok);
  }
  if (!permitted) return tl::unexpected(std::move(permitted.error()));
  return caller;
}

std::string TargetOf(const google::protobuf::Message& request) {
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  for (const char* name : {"user", "name", "usuario"}) {
    const auto* field = type.FindFieldByName(name);
    if (field != nullptr && !field->is_repeated() &&
        field->type() == google::protobuf::FieldDescriptor::TYPE_STRING) {
      return request.GetReflection()->GetString(request, field);
    }
  }
  return {};
}

std::string DetailsOf(const google::protobuf::Message& request) {
  using Field = google::protobuf::FieldDescriptor;
  const google::protobuf::Descriptor& type = *request.GetDescriptor();
  std::string details;
  for (int i = 0; i < type.field_count(); ++i) {
    const Field& field = *type.field(i);
    if (field.is_repeated() || field.cpp_type() == Field::CPPTYPE_STRING ||
        field.cpp_type() == Field::CPPTYPE_MESSAGE) {
      continue;
    }
    const google::protobuf::Reflection& reflection = *request.GetReflection();
    if (field.has_presence() && !reflection.HasField(request, &field)) continue;
    std::string value;
    google::protobuf::TextFormat::PrintFieldValueToString(request, &field, -1,
                                                          &value);
    if (!details.empty()) details += ' ';
    details += field.name() + '=' + value;
  }
  return details;
}

mail::Error ServerFault() {
  return {ErrorCode::kInternal, "the server failed; its log says more", {}, {}};
}

void CallRecord::SetLevel(ErrorCode code) {
  if (code == ErrorCode::kInternal) level = log::Level::kError;
  if (code == ErrorCode::kUnavailable) level = log::Level::kWarn;
}

CallRecord::CallRecord(const std::string& method_path,
                       const grpc::ServerContextBase& context)
    : path(method_path),
      peer(context.peer()),
      is_local(IsLocal(peer, context)) {}

// What is smaller than that weighs less than the call itself.
void CallRecord::Hold(size_t bytes) {
  constexpr size_t kLeast = 4096;
  if (untaken == nullptr) return;
  held = bytes < kLeast ? nullptr : untaken->Hold(user, bytes);
}

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
  Audit(*this);
}

}  // namespace turbo::service
