#include "tmserver/service/call_queue.h"

#include <grpcpp/alarm.h>

#include <chrono>

namespace turbo::service {

struct CallQueue::Stopping final : public Event {
  explicit Stopping(CallQueue& q) : queue(q) {}
  void Proceed(bool) override {
    queue.stopping_ = true;
    queue.EndIfOver();
  }
  CallQueue& queue;
};

CallQueue::CallQueue(grpc::ServerBuilder& builder)
    : events_(builder.AddCompletionQueue()) {}

CallQueue::~CallQueue() {
  if (!thread_.joinable()) thread_ = std::thread([this] { HandOut(); });
  Stopping stopping(*this);
  grpc::Alarm now;
  now.Set(events_.get(), std::chrono::system_clock::now(), TagOf(stopping));
  thread_.join();
}

void CallQueue::Start() {
  thread_ = std::thread([this] { HandOut(); });
}

void CallQueue::HandOut() {
  void* tag = nullptr;
  bool ok = false;
  while (events_->Next(&tag, &ok)) static_cast<Event*>(tag)->Proceed(ok);
}

// gRPC takes nothing that is asked of a queue after its Shutdown.
void CallQueue::EndIfOver() {
  if (stopping_ && calls_ == 0) events_->Shutdown();
}

CallQueue::Place::~Place() {
  --queue_.calls_;
  queue_.EndIfOver();
}

}  // namespace turbo::service
