#include "tmserver/server.h"

#include <absl/synchronization/mutex.h>
#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <sys/stat.h>
#include <sysexits.h>

#include <algorithm>
#include <array>
#include <deque>
#include <mutex>
#include <string>
#include <thread>

#include "tmserver/accept.h"
#include "tmserver/mail/accounts.h"
#include "tmserver/mail/admin.h"
#include "tmserver/mail/mailbox.h"
#include "tmserver/mail/sessions.h"
#include "tmserver/mail/tokens.h"
#include "tmserver/service/accounts_service.h"
#include "tmserver/service/admin_service.h"
#include "tmserver/service/call_queue.h"
#include "tmserver/service/health_service.h"
#include "tmserver/service/mail_service.h"
#include "tmserver/service/seed_service.h"
#include "tmserver/service/tokens_service.h"
#include "turbomessage.grpc.pb.h"
#include "turbomessage/v1/accounts.grpc.pb.h"
#include "turbomessage/v1/admin.grpc.pb.h"
#include "turbomessage/v1/mail.grpc.pb.h"
#include "turbomessage/v1/tokens.grpc.pb.h"

namespace turbo::server {
namespace {

constexpr int kMaxMetadata = 8 << 10;
// Reflection takes a thread for each call while that is open.
constexpr int kReflectionThreads = 16;
constexpr int kMaxStreams = 1000;  // running calls of one connection
constexpr int kHandshakeMs = 10'000;
constexpr int kIdleMs = 15 * 60'000;  // a connection without calls
constexpr int kSilenceMs = 60'000;  // until a peer is asked for a sign of life
constexpr int kSignOfLifeMs = 20'000;
constexpr uint64_t kUsualMessage = 4 << 20;    // gRPC's own limit
constexpr uint64_t kBesideContent = 64 << 10;  // recipients, framing ...

// Sockets are made for their owner alone.
class NarrowUmask {
 public:
  NarrowUmask() : before_(umask(S_IXUSR | S_IRWXG | S_IRWXO)) {}
  ~NarrowUmask() { umask(before_); }
  NarrowUmask(const NarrowUmask&) = delete;
  NarrowUmask& operator=(const NarrowUmask&) = delete;

 private:
  const mode_t before_;
};

void SetLimits(const Options& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(
      std::max(kUsualMessage, options.mail.max_message_size + kBesideContent)));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, kMaxMetadata);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxStreams);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
                             kHandshakeMs);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, kIdleMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kSilenceMs);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kSignOfLifeMs);
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  grpc::ResourceQuota quota;
  quota.SetMaxThreads(kReflectionThreads);
  builder.SetResourceQuota(quota);
  // Two servers would share the port otherwise.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

void EnableReflection() {
  static std::once_flag once;
  std::call_once(
      once, [] { grpc::reflection::InitProtoReflectionServerBuilderPlugin(); });
}

// Polling more often would take the processors from clients on this machine.
unsigned QueueCount() {
  constexpr unsigned kMost = 16;
  return std::clamp(std::thread::hardware_concurrency() / 2, 1U, kMost);
}

void WriteGrpcLine(gpr_log_func_args* line) {
  log::Write(log::Level::kDebug, "grpc", {{"message", line->message}});
}

void WriteProtobufLine(google::protobuf::LogLevel, const char*, int,
                       const std::string& message) {
  log::Write(log::Level::kDebug, "protobuf", {{"message", message}});
}

// Several of the largest messages may always be under way.
mail::SessionLimits LimitsOf(const Options& options) {
  constexpr size_t kMessages = 16;
  mail::SessionLimits limits = options.sessions;
  limits.untaken =
      std::max(limits.untaken, kMessages * options.mail.max_message_size);
  return limits;
}

}  // namespace

struct Server::Parts {
  Parts(const Options& options, mail::Store& store, mail::PasswordCost cost)
      : hasher(cost),
        sessions(store, clock, LimitsOf(options)),
        accounts(store, hasher, sessions, clock, options.accounts),
        mailbox(store, clock, options.mail),
        tokens(store, clock),
        admin(store, hasher, sessions, tokens, mailbox.arrivals(), clock,
              options.accounts),
        accounts_service(sessions, accounts,
                         {clock, options.mail.tray_capacity}),
        admin_service(sessions, admin, {TURBOMESSAGE_VERSION, clock.Now()}),
        mail_service(sessions, mailbox),
        tokens_service(sessions, tokens),
        seed_service(sessions, accounts, mailbox),
        health_service(
            sessions,
            {service::v1::Accounts::service_full_name(),
             service::v1::Admin::service_full_name(),
             service::v1::Mail::service_full_name(),
             service::v1::Tokens::service_full_name(),
             service::seed::ServidorTurboMessage::service_full_name()}) {}

  ~Parts() {
    if (grpc) grpc->Shutdown(std::chrono::system_clock::now());
  }
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  std::array<service::Service*, 6> services() {
    return {&accounts_service, &admin_service, &mail_service,
            &tokens_service,   &seed_service,  &health_service};
  }

  mail::SystemClock clock;
  mail::PasswordHasher hasher;
  mail::Sessions sessions;
  mail::Accounts accounts;
  mail::Mailbox mailbox;
  mail::Tokens tokens;
  mail::Admin admin;
  service::AccountsService accounts_service;
  service::AdminService admin_service;
  service::MailService mail_service;
  service::TokensService tokens_service;
  service::SeedService seed_service;
  service::HealthService health_service;
  std::unique_ptr<grpc::Server> grpc;
  std::deque<service::CallQueue> queues;  // calls need the server to the end
};

Server::Server(const Options& options, Claim& addresses, mail::Store& store,
               mail::PasswordCost cost, Tls* tls)
    : parts_(std::make_unique<Parts>(options, store, cost)) {
  EnableReflection();
  KeepDescriptors();
  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  std::string names;
  for (const Claim::Endpoint& endpoint : addresses.endpoints()) {
    const bool encrypted = tls && endpoint.path.empty();
    builder.AddListeningPort(
        endpoint.target,
        encrypted ? tls->Credentials() : grpc::InsecureServerCredentials());
    names.append(names.empty() ? "" : ", ").append(endpoint.name);
  }
  if (const auto& admin = addresses.admin()) {
    builder.AddListeningPort(admin->target,
                             grpc::experimental::LocalServerCredentials(UDS));
    names.append(", ").append(admin->name);
  }
  for (service::Service* service : parts_->services()) {
    builder.RegisterService(service);
  }
  for (unsigned i = 0; i < QueueCount(); ++i) {
    parts_->queues.emplace_back(builder);
  }
  {
    const NarrowUmask narrow;
    parts_->grpc = builder.BuildAndStart();
  }
  if (!parts_->grpc) {
    throw ListenError(EX_UNAVAILABLE, "can't listen on " + names);
  }
  for (service::CallQueue& queue : parts_->queues) {
    for (service::Service* service : parts_->services()) service->Serve(queue);
    queue.Start();
  }
  addresses.Open();
  SetServing(true);
}

Server::~Server() = default;

void Server::SetServing(bool serving) {
  parts_->health_service.SetServing(serving);
}

void Server::Drain(std::chrono::milliseconds patience) {
  SetServing(false);
  parts_->health_service.EndStreams();
  parts_->mail_service.EndStreams();
  parts_->grpc->Shutdown(std::chrono::system_clock::now() + patience);
}

void PrepareLibraries() {
  // Debian's abseil looks for deadlocks at every lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  gpr_set_log_function(WriteGrpcLine);
  google::protobuf::SetLogHandler(WriteProtobufLine);
}

}  // namespace turbo::server
