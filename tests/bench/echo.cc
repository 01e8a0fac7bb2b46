// echo callback|queue: a server that answers every Send at once: the most that
// gRPC allows, by its callback API or by a completion queue with one poller.
// Says where it listens as tmserver does; SIGTERM ends it.
#include <absl/synchronization/mutex.h>
#include <grpcpp/grpcpp.h>
#include <sysexits.h>

#include <csignal>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "turbomessage/v1/mail.grpc.pb.h"

namespace {

namespace v1 = turbomessage::v1;

void Answer(const v1::SendRequest& request, v1::SendResponse& response) {
  response.set_id(1);
  response.mutable_sent_at()->set_seconds(1);
  *response.mutable_to() = request.to();
}

class CallbackEcho final : public v1::Mail::CallbackService {
 public:
  grpc::ServerUnaryReactor* Send(grpc::CallbackServerContext* context,
                                 const v1::SendRequest* request,
                                 v1::SendResponse* response) override {
    Answer(*request, *response);
    auto* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

using QueueEcho = v1::Mail::WithAsyncMethod_Send<v1::Mail::Service>;

// One call of the queue's; begins its successor and ends itself.
class QueuedCall {
 public:
  QueuedCall(QueueEcho& service, grpc::ServerCompletionQueue& queue)
      : service_(service), queue_(queue), writer_(&context_) {
    service_.RequestSend(&context_, &request_, &writer_, &queue_, &queue_,
                         this);
  }

  void Proceed(bool ok) {
    if (answered_ || !ok) {
      delete this;
      return;
    }
    new QueuedCall(service_, queue_);
    Answer(request_, response_);
    answered_ = true;
    writer_.Finish(response_, grpc::Status::OK, this);
  }

 private:
  QueueEcho& service_;
  grpc::ServerCompletionQueue& queue_;
  grpc::ServerContext context_;
  v1::SendRequest request_;
  v1::SendResponse response_;
  grpc::ServerAsyncResponseWriter<v1::SendResponse> writer_;
  bool answered_ = false;
};

void Poll(QueueEcho& service, grpc::ServerCompletionQueue& queue) {
  constexpr int kWaiting = 64;
  for (int i = 0; i < kWaiting; ++i) new QueuedCall(service, queue);
  void* tag = nullptr;
  bool ok = false;
  while (queue.Next(&tag, &ok)) static_cast<QueuedCall*>(tag)->Proceed(ok);
}

int Serve(bool by_queue) {
  sigset_t end;
  sigemptyset(&end);
  sigaddset(&end, SIGTERM);
  sigaddset(&end, SIGINT);
  pthread_sigmask(SIG_BLOCK, &end, nullptr);

  CallbackEcho callback;
  QueueEcho queued;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                           &port);
  std::unique_ptr<grpc::ServerCompletionQueue> queue;
  if (by_queue) {
    builder.RegisterService(&queued);
    queue = builder.AddCompletionQueue();
  } else {
    builder.RegisterService(&callback);
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server) return EX_UNAVAILABLE;
  std::thread poller;
  if (by_queue) poller = std::thread([&] { Poll(queued, *queue); });
  std::cout << "echo: listening on 127.0.0.1:" << port << std::endl;

  int signal = 0;
  sigwait(&end, &signal);
  server->Shutdown(std::chrono::system_clock::now());
  if (by_queue) {
    queue->Shutdown();
    poller.join();
  }
  return EX_OK;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string kind = argc == 2 ? argv[1] : "";
  if (kind != "callback" && kind != "queue") {
    std::cerr << "usage: echo callback|queue\n";
    return EX_USAGE;
  }
  // As tmserver: Debian's abseil looks for deadlocks at every lock.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  return Serve(kind == "queue");
}
