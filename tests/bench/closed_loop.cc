#include "tests/bench/closed_loop.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <unistd.h>

#include <iostream>
#include <memory>
#include <vector>

#include "proto/turbomessage/wire.h"
#include "tests/bench/cpu_time.h"

namespace turbo::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kPatience{60};

// A connection of its own for each channel, and no more work than a call takes:
// what the client needs of the processors, the server doesn't get.
std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  // Debian's abseil looks for deadlocks at every lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(
      address, grpc::InsecureChannelCredentials(), arguments);
  if (!channel->WaitForConnected(std::chrono::system_clock::now() +
                                 std::chrono::seconds(10))) {
    throw std::runtime_error("no server answers on " + address);
  }
  return channel;
}

// One of the outstanding calls; itself the tag of the completion queue.
class Slot {
 public:
  Slot(size_t number, std::shared_ptr<grpc::Channel> channel)
      : number_(number), stub_(std::move(channel)) {}

  // False where the workload has no more for it.
  bool Begin(Workload& workload, grpc::CompletionQueue& queue) {
    std::optional<Call> call = workload.Next(number_);
    if (!call) return false;
    exchange_ = std::make_unique<Exchange>();
    if (call->token != nullptr) {
      exchange_->context.AddMetadata(wire::kAuthorization,
                                     wire::kBearer + *call->token);
    }
    method_ = call->method;
    begun_ = Clock::now();
    exchange_->reader = stub_.PrepareUnaryCall(&exchange_->context, method_,
                                               call->request, &queue);
    exchange_->reader->StartCall();
    exchange_->reader->Finish(&exchange_->response, &exchange_->status, this);
    return true;
  }

  // Answers how long the call took.
  std::chrono::nanoseconds End(Workload& workload) {
    const auto latency = Clock::now() - begun_;
    if (!exchange_->status.ok()) {
      throw std::runtime_error(std::string(method_) +
                               " failed: " + exchange_->status.error_message());
    }
    workload.Answered(number_, exchange_->response);
    return latency;
  }

 private:
  struct Exchange {
    grpc::ClientContext context;
    grpc::ByteBuffer response;
    grpc::Status status;
    std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader;
  };

  const size_t number_;
  grpc::GenericStub stub_;
  std::unique_ptr<Exchange> exchange_;
  const char* method_ = nullptr;
  Clock::time_point begun_;
};

// Warm-up, measuring and the end, in this order.
class Stages {
 public:
  explicit Stages(const Load& load)
      : load_(load), measure_at_(Clock::now() + Rounded(load.warm_up)) {}

  // To be called at each answer; false once the time is over.
  bool Advance(Outcome& outcome) {
    const auto now = Clock::now();
    if (!measuring_ && now >= measure_at_) {
      measuring_ = true;
      begun_ = now;
      client_before_ = CpuSeconds(getpid());
      server_before_ = ServerCpu();
      if (load_.announce) std::cerr << "load: measuring\n";
    }
    if (measuring_ && load_.duration &&
        now >= begun_ + Rounded(*load_.duration)) {
      Close(outcome);
    }
    return !closed_;
  }

  bool measuring() const { return measuring_ && !closed_; }

  void Close(Outcome& outcome) {
    if (closed_ || !measuring_) return;
    closed_ = true;
    outcome.seconds =
        std::chrono::duration<double>(Clock::now() - begun_).count();
    outcome.client_cpu = CpuSeconds(getpid()) - client_before_;
    outcome.server_cpu = ServerCpu() - server_before_;
  }

 private:
  static Clock::duration Rounded(std::chrono::duration<double> span) {
    return std::chrono::duration_cast<Clock::duration>(span);
  }
  double ServerCpu() const {
    return load_.server_pid == 0 ? 0 : CpuSeconds(load_.server_pid);
  }

  const Load& load_;
  const Clock::time_point measure_at_;
  bool measuring_ = false;
  bool closed_ = false;
  Clock::time_point begun_;
  double client_before_ = 0;
  double server_before_ = 0;
};

}  // namespace

Outcome Run(const Load& load, Workload& workload) {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < load.connections; ++i) {
    channels.push_back(Connect(load.server));
  }
  std::vector<std::unique_ptr<Slot>> slots;
  grpc::CompletionQueue queue;
  size_t running = 0;
  for (size_t i = 0; i < load.outstanding; ++i) {
    slots.push_back(std::make_unique<Slot>(i, channels[i % channels.size()]));
    running += slots.back()->Begin(workload, queue) ? 1 : 0;
  }
  Outcome outcome;
  Stages stages(load);
  stages.Advance(outcome);
  while (running > 0) {
    void* tag = nullptr;
    bool ok = false;
    if (queue.AsyncNext(&tag, &ok,
                        std::chrono::system_clock::now() + kPatience) !=
        grpc::CompletionQueue::GOT_EVENT) {
      throw std::runtime_error("no answer from " + load.server +
                               " for a minute");
    }
    auto* slot = static_cast<Slot*>(tag);
    const auto latency = slot->End(workload);
    if (stages.measuring()) outcome.latencies.Add(latency);
    if (!stages.Advance(outcome) || !slot->Begin(workload, queue)) --running;
  }
  stages.Close(outcome);
  return outcome;
}

}  // namespace turbo::bench
