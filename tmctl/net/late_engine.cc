#include "tmctl/net/late_engine.h"

#include <grpcpp/version_info.h>

#include <utility>

// As gRPC's headers, which are not public, have it.
namespace grpc_event_engine::experimental {

static_assert(GRPC_CPP_VERSION_MAJOR == 1 && GRPC_CPP_VERSION_MINOR == 51,
              "see whether this, and tmctl/late_executor.cc, are still right");
std::unique_ptr<EventEngine> DefaultEventEngineFactory();

}  // namespace grpc_event_engine::experimental

namespace turbo::ctl {

namespace engine = grpc_event_engine::experimental;

// Not by EventEngineFactoryReset and CreateEventEngine, which are public: the
// first would part later channels from this engine, and races with them.
engine::EventEngine& LateEngine::Own() {
  std::call_once(once_, [this] { own_ = engine::DefaultEventEngineFactory(); });
  return *own_;
}

absl::StatusOr<std::unique_ptr<engine::EventEngine::Listener>>
LateEngine::CreateListener(
    Listener::AcceptCallback on_accept,
    absl::AnyInvocable<void(absl::Status)> on_shutdown,
    const engine::EndpointConfig& config,
    std::unique_ptr<engine::MemoryAllocatorFactory> memory) {
  return Own().CreateListener(std::move(on_accept), std::move(on_shutdown),
                              config, std::move(memory));
}

engine::EventEngine::ConnectionHandle LateEngine::Connect(
    OnConnectCallback on_connect, const ResolvedAddress& address,
    const engine::EndpointConfig& config, engine::MemoryAllocator memory,
    Duration timeout) {
  return Own().Connect(std::move(on_connect), address, config,
                       std::move(memory), timeout);
}

bool LateEngine::CancelConnect(ConnectionHandle handle) {
  return Own().CancelConnect(handle);
}

bool LateEngine::IsWorkerThread() { return Own().IsWorkerThread(); }

std::unique_ptr<engine::EventEngine::DNSResolver> LateEngine::GetDNSResolver(
    const DNSResolver::ResolverOptions& options) {
  return Own().GetDNSResolver(options);
}

void LateEngine::Run(Closure* closure) { Own().Run(closure); }

void LateEngine::Run(absl::AnyInvocable<void()> closure) {
  Own().Run(std::move(closure));
}

engine::EventEngine::TaskHandle LateEngine::RunAfter(Duration when,
                                                     Closure* closure) {
  return Own().RunAfter(when, closure);
}

engine::EventEngine::TaskHandle LateEngine::RunAfter(
    Duration when, absl::AnyInvocable<void()> closure) {
  return Own().RunAfter(when, std::move(closure));
}

bool LateEngine::Cancel(TaskHandle handle) { return Own().Cancel(handle); }

void MakeEngineLate() {
  static std::once_flag once;
  std::call_once(once, [] {
    engine::SetEventEngineFactory(
        [] { return std::make_unique<LateEngine>(); });
  });
}

}  // namespace turbo::ctl
