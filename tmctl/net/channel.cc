#include "tmctl/net/channel.h"

#include <absl/strings/ascii.h>
#include <absl/strings/str_split.h>
#include <absl/synchronization/mutex.h>
#include <google/rpc/error_details.pb.h>
#include <google/rpc/status.pb.h>
#include <grpc/support/log.h>

#include <algorithm>
#include <random>
#include <vector>

#include "proto/turbomessage/wire.h"
#include "tmctl/net/handshake.h"
#include "tmctl/net/late_engine.h"

namespace turbo::ctl {
namespace {

constexpr Milliseconds kFirstPause{100};
constexpr Milliseconds kLongestPause{5000};
constexpr Milliseconds kDiagnosis{3000};
// What gRPC says of servers that it could not connect to.
constexpr char kNoSocket[] = "Failed to connect to remote host";
constexpr char kNoName[] = "DNS resolution failed";
// And of what answers, but not by HTTP/2.
constexpr char kHttp1[] = "Trying to connect an http1.x server";
constexpr char kNoHttp2[] = "Failed parsing HTTP/2";

// Has abseil count the processors now, which it does at the first mutex that
// two threads want at once. Where /sys is missing (a chroot) that leaves ENOENT
// in errno; gRPC 1.51 reads connect's errno only after it has taken a mutex,
// and one call in a thousand failed. A mutex with an invariant goes the same
// way without a second thread.
void CountProcessors() {
  absl::EnableMutexInvariantDebugging(true);
  absl::Mutex mutex;
  mutex.EnableInvariantDebugging([](void*) {}, nullptr);
  absl::EnableMutexInvariantDebugging(false);
  const absl::MutexLock lock(&mutex);
}

std::shared_ptr<grpc::ChannelCredentials> CredentialsFor(
    const ClientOptions& options) {
  if (!options.server.tls) return grpc::InsecureChannelCredentials();
  const TlsContents contents = ReadTls(options.tls);
  return grpc::SslCredentials({contents.roots, contents.key, contents.cert});
}

std::shared_ptr<grpc::Channel> Connect(const ClientOptions& options) {
  const Address& server = options.server;
  // Debian's abseil looks for deadlocks at every mutex.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CountProcessors();
  MakeEngineLate();
  // gRPC's own lines would land between ours.
  gpr_set_log_function([](gpr_log_func_args*) {});
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  // A new channel is a new connection, whatever became of the one before.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  // A service configuration from the DNS would be a second source of settings.
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Books that nobody looks at, and an offer of compression: code that every
  // run of tmctl would read from the disk's cache for nothing.
  arguments.SetInt(GRPC_ARG_ENABLE_CHANNELZ, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_PER_MESSAGE_COMPRESSION, 0);
  // Whom the certificate must name.
  if (server.tls) {
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, server.HostPort());
  }
  auto channel = grpc::CreateCustomChannel(server.Target(),
                                           CredentialsFor(options), arguments);
  // With its last channel gRPC ends its threads, which takes up to 4 ms of a
  // program that is about to end anyway.
  static std::shared_ptr<grpc::Channel> last;
  last = channel;
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

// What gRPC knows of a connection that fails: the last of its nested sentences.
std::string CauseOf(const grpc::Status& status) {
  const std::string text = status.error_message();
  const size_t colon = text.rfind(": ");
  const std::string cause =
      colon == std::string::npos ? text : text.substr(colon + 2);
  return cause.empty() ? cause : ": " + cause;
}

std::string SentenceOf(const std::string& code, const grpc::Status& status,
                       const Address& server) {
  if (code == "unavailable") {
    return "can't reach the server " + server.Text() + CauseOf(status);
  }
  if (code == "deadline_exceeded") {
    return "the server " + server.Text() + " did not answer in time";
  }
  if (code == "protocol_mismatch") {
    return "the server " + server.Text() + " does not know this call";
  }
  if (code == "message_too_large") {
    return "the message is too large for the server " + server.Text();
  }
  return "the server " + server.Text() + ": " + status.error_message();
}

// Whatever a server says: not before now, nor later than anybody waits.
int64_t MillisecondsOf(const google::protobuf::Duration& delay) {
  constexpr int64_t kLongest = int64_t{365} * 86400;
  const int64_t seconds = std::clamp(delay.seconds(), int64_t{0}, kLongest);
  return seconds * 1000 + std::clamp(delay.nanos(), 0, 999'999'999) / 1'000'000;
}

// gRPC tells of a handshake that failed no more than that, and of a server that
// speaks TLS where we don't only that it hung up.
std::optional<Failure> TlsFault(const grpc::Status& status,
                                const ClientOptions& options) {
  const std::string text = status.error_message();
  const bool no_socket =
      text.find(kNoSocket) != text.npos || text.find(kNoName) != text.npos;
  if (no_socket || options.server.is_unix()) return std::nullopt;
  const Milliseconds patience = options.timeout.count() > 0
                                    ? std::min(options.timeout, kDiagnosis)
                                    : kDiagnosis;
  return FindTlsFault(options.server, options.tls, patience);
}

bool IsNoServer(const grpc::Status& status) {
  const std::string text = status.error_message();
  return text.find(kHttp1) != text.npos || text.find(kNoHttp2) != text.npos;
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

}  // namespace

Client::Channel::Channel(const ClientOptions& client_options)
    : options(client_options),
      channel(Connect(options)),
      accounts(channel),
      admin(channel),
      mail(channel),
      tokens(channel) {}

void SetToken(const std::string& token, grpc::ClientContext& context) {
  if (token.empty()) return;
  context.AddMetadata(wire::kAuthorization, wire::kBearer + token);
}

Failure FromStatus(const grpc::Status& status, const Client::Channel& channel) {
  const Address& server = channel.options.server;
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
        retry_after = MillisecondsOf(retry.retry_delay());
      }
    }
  }
  const std::string reason = absl::AsciiStrToLower(info.reason());
  if (!ours || !IsKnownCode(reason)) {
    const std::string code = CodeOf(status);
    const bool never_connected = NeverConnected(*channel.channel);
    if (!ours && code == "unavailable" && never_connected) {
      if (auto fault = TlsFault(status, channel.options)) return *fault;
      if (IsNoServer(status)) {
        return {"protocol_mismatch",
                "what answers at " + server.Text() + " is no tmserver"};
      }
    }
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

Milliseconds PauseBefore(int n, const Failure& failure) {
  if (failure.retry_after_ms) return Milliseconds(*failure.retry_after_ms);
  const Milliseconds longest =
      std::min(kLongestPause, kFirstPause * (1 << std::min(n, 10)));
  std::random_device random;
  std::uniform_int_distribution<int64_t> jitter(longest.count() / 2,
                                                longest.count());
  return Milliseconds(jitter(random));
}

}  // namespace turbo::ctl
