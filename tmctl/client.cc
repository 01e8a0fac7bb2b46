#include "tmctl/client.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpc/support/log.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "proto/turbomessage/wire.h"
#include "tmctl/failure.h"
#include "turbomessage/v1/accounts.grpc.pb.h"
#include "turbomessage/v1/mail.grpc.pb.h"
#include "turbomessage/v1/tokens.grpc.pb.h"

namespace turbo::ctl {
namespace {

constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{5000};

std::shared_ptr<grpc::Channel> Connect(const Address& server) {
  // gRPC's own lines would land between ours.
  gpr_set_log_function([](gpr_log_func_args*) {});
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetMaxReceiveMessageSize(-1);
  arguments.SetMaxSendMessageSize(-1);
  // A service configuration from the DNS would be a second source of settings.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  auto channel = grpc::CreateCustomChannel(
      server.Target(), grpc::InsecureChannelCredentials(), arguments);
  // With its last channel gRPC ends its threads, which takes up to 4 ms of a
  // program that is about to end anyway.
  static std::vector<std::shared_ptr<grpc::Channel>> kept;
  kept.push_back(channel);
  return channel;
}

// Whether a call that failed can't have reached the server: its connection was
// never made.
bool NeverConnected(grpc::Channel& channel) {
  const grpc_connectivity_state state = channel.GetState(false);
  return state == GRPC_CHANNEL_CONNECTING ||
         state == GRPC_CHANNEL_TRANSIENT_FAILURE;
}

// The code for a status that doesn't come from a tmserver.
std::string CodeOf(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::CANCELLED:  // gRPC's answer while a server stops
      return "unavailable";
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "deadline_exceeded";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "protocol_mismatch";
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      // gRPC's own limit on messages; the server's limits say what they are.
      return "message_too_large";
    case grpc::StatusCode::INVALID_ARGUMENT:
      return "invalid_argument";
    case grpc::StatusCode::UNAUTHENTICATED:
      return "not_logged_in";
    case grpc::StatusCode::PERMISSION_DENIED:
      return "permission_denied";
    default:
      return "internal";
  }
}

std::string SentenceOf(const std::string& code, const grpc::Status& status,
                       const Address& server) {
  if (code == "unavailable") return "can't reach the server " + server.Text();
  if (code == "deadline_exceeded") {
    return "the server " + server.Text() + " did not answer in time";
  }
  if (code == "protocol_mismatch") {
    return "the server " + server.Text() + " does not know this call";
  }
  return "the server " + server.Text() + ": " + status.error_message();
}

void TakeInfo(const google::rpc::ErrorInfo& info, Failure& failure) {
  const auto users = info.metadata().find(wire::kUsers);
  if (users != info.metadata().end()) {
    failure.users = absl::StrSplit(users->second, ',', absl::SkipEmpty());
  }
  const auto ids = info.metadata().find(wire::kIds);
  if (ids == info.metadata().end()) return;
  const std::vector<std::string> texts = absl::StrSplit(ids->second, ',');
  for (const std::string& text : texts) {
    if (const auto id = ParseId(text)) failure.ids.push_back(*id);
  }
}

Failure FromStatus(const grpc::Status& status, const Address& server,
                   bool never_connected) {
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  google::rpc::RetryInfo retry;
  bool ours = false;
  std::optional<int64_t> retry_after;
  if (details.ParseFromString(status.error_details())) {
    for (const auto& detail : details.details()) {
      ours = ours ||
             (detail.UnpackTo(&info) && info.domain() == wire::kErrorDomain);
      if (detail.UnpackTo(&retry)) {
        retry_after = retry.retry_delay().seconds() * 1000 +
                      retry.retry_delay().nanos() / 1000000;
      }
    }
  }
  const std::string reason = absl::AsciiStrToLower(info.reason());
  if (!ours || !IsKnownCode(reason)) {
    const std::string code = CodeOf(status);
    Failure failure(code, SentenceOf(code, status, server));
    failure.outcome_unknown = !ours && !never_connected &&
                              code != "protocol_mismatch" &&
                              code != "message_too_large";
    return failure;
  }
  Failure failure(reason, status.error_message());
  TakeInfo(info, failure);
  failure.retry_after_ms = retry_after;
  failure.outcome_unknown = info.reason() == wire::kUnavailable;
  return failure;
}

// The pause before attempt `n`: doubled each time, with jitter so that many
// clients don't come back together.
Milliseconds PauseBefore(int n, const Failure& failure) {
  if (failure.retry_after_ms) return Milliseconds(*failure.retry_after_ms);
  const Milliseconds longest =
      std::min(kLongestPause, kFirstPause * (1 << std::min(n, 10)));
  std::random_device random;
  std::uniform_int_distribution<int64_t> jitter(longest.count() / 2,
                                                longest.count());
  return Milliseconds(jitter(random));
}

}  // namespace

struct Client::Channel {
  explicit Channel(const Address& server)
      : channel(Connect(server)),
        accounts(channel),
        mail(channel),
        tokens(channel) {}
  std::shared_ptr<grpc::Channel> channel;
  v1::Accounts::Stub accounts;
  v1::Mail::Stub mail;
  v1::Tokens::Stub tokens;
};

Client::Client(ClientOptions options, std::string token)
    : options_(std::move(options)), token_(std::move(token)) {
  if (!options_.server.IsLocal() && !options_.insecure) {
    throw Failure(
        "bad_config",
        "the connection to " + options_.server.Text() + " is not encrypted",
        "allow that with --insecure where the network is trusted");
  }
  channel_ = std::make_unique<Channel>(options_.server);
}

Client::~Client() = default;

void Client::BeginOperation() { deadline_.reset(); }

template <class Stub, class Request, class Response>
Response Client::Call(Stub& stub,
                      grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                   const Request&, Response*),
                      const Request& request) {
  using Clock = std::chrono::system_clock;
  if (!deadline_ && options_.timeout.count() > 0) {
    deadline_ = Clock::now() + options_.timeout;
  }
  bool maybe_stored = false;
  for (int attempt = 0;; ++attempt) {
    grpc::ClientContext context;
    if (deadline_) context.set_deadline(*deadline_);
    if (!token_.empty()) {
      context.AddMetadata(wire::kAuthorization, wire::kBearer + token_);
    }
    Response response;
    const grpc::Status status = (stub.*method)(&context, request, &response);
    if (status.ok()) return response;
    Failure failure =
        FromStatus(status, options_.server, NeverConnected(*channel_->channel));
    maybe_stored = maybe_stored || failure.outcome_unknown;
    failure.outcome_unknown = maybe_stored;
    const Milliseconds pause = PauseBefore(attempt, failure);
    if (!failure.Retryable() || attempt >= options_.retries ||
        (deadline_ && Clock::now() + pause >= *deadline_)) {
      throw failure;
    }
    if (options_.on_retry) options_.on_retry(failure.message, pause);
    std::this_thread::sleep_for(pause);
  }
}

v1::RegisterResponse Client::Register(const v1::RegisterRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Register, request);
}

v1::LoginResponse Client::Login(const v1::LoginRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Login, request);
}

v1::LogoutResponse Client::Logout(const v1::LogoutRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::Logout, request);
}

v1::WhoAmIResponse Client::WhoAmI(const v1::WhoAmIRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::WhoAmI, request);
}

v1::ChangePasswordResponse Client::ChangePassword(
    const v1::ChangePasswordRequest& request) {
  return Call(channel_->accounts, &v1::Accounts::Stub::ChangePassword, request);
}

v1::SendResponse Client::Send(const v1::SendRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Send, request);
}

v1::ListResponse Client::List(const v1::ListRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::List, request);
}

v1::CountResponse Client::Count(const v1::CountRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Count, request);
}

v1::GetResponse Client::Get(const v1::GetRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Get, request);
}

v1::MarkResponse Client::Mark(const v1::MarkRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Mark, request);
}

v1::DeleteResponse Client::Delete(const v1::DeleteRequest& request) {
  return Call(channel_->mail, &v1::Mail::Stub::Delete, request);
}

v1::CreateTokenResponse Client::CreateToken(
    const v1::CreateTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::CreateToken, request);
}

v1::RotateTokenResponse Client::RotateToken(
    const v1::RotateTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::RotateToken, request);
}

v1::ListTokensResponse Client::ListTokens(
    const v1::ListTokensRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::ListTokens, request);
}

v1::RevokeTokenResponse Client::RevokeToken(
    const v1::RevokeTokenRequest& request) {
  return Call(channel_->tokens, &v1::Tokens::Stub::RevokeToken, request);
}

}  // namespace turbo::ctl
