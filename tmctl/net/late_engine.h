// The threads for what gRPC does later, made when it first does.
#ifndef TMCTL_NET_LATE_ENGINE_H_
#define TMCTL_NET_LATE_ENGINE_H_

#include <grpc/event_engine/event_engine.h>

#include <memory>
#include <mutex>

namespace turbo::ctl {

// gRPC's own EventEngine, and so its threads (three, where there are two
// processors), from the first call on: a connection that is made at once and
// one call need none of it, and would wait for the threads to be created.
// Thread-safe.
class LateEngine final : public grpc_event_engine::experimental::EventEngine {
 public:
  absl::StatusOr<std::unique_ptr<Listener>> CreateListener(
      Listener::AcceptCallback on_accept,
      absl::AnyInvocable<void(absl::Status)> on_shutdown,
      const grpc_event_engine::experimental::EndpointConfig& config,
      std::unique_ptr<grpc_event_engine::experimental::MemoryAllocatorFactory>
          memory) override;
  ConnectionHandle Connect(
      OnConnectCallback on_connect, const ResolvedAddress& address,
      const grpc_event_engine::experimental::EndpointConfig& config,
      grpc_event_engine::experimental::MemoryAllocator memory,
      Duration timeout) override;
  bool CancelConnect(ConnectionHandle handle) override;
  bool IsWorkerThread() override;
  std::unique_ptr<DNSResolver> GetDNSResolver(
      const DNSResolver::ResolverOptions& options) override;
  void Run(Closure* closure) override;
  void Run(absl::AnyInvocable<void()> closure) override;
  TaskHandle RunAfter(Duration when, Closure* closure) override;
  TaskHandle RunAfter(Duration when,
                      absl::AnyInvocable<void()> closure) override;
  bool Cancel(TaskHandle handle) override;

 private:
  EventEngine& Own();

  std::once_flag once_;
  std::shared_ptr<EventEngine> own_;  // it makes shared pointers to itself
};

// Has gRPC take LateEngines. Before the first channel; again, without effect.
void MakeEngineLate();

}  // namespace turbo::ctl

#endif  // TMCTL_NET_LATE_ENGINE_H_
