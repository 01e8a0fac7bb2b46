// Where calls come from: a completion queue of gRPC's, and the thread that
// polls it.
#ifndef TMSERVER_SERVICE_CALL_QUEUE_H_
#define TMSERVER_SERVICE_CALL_QUEUE_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace turbo::service {

// What was asked of gRPC and has happened.
class Event {
 public:
  // On the queue's thread, once for each time it was asked for; must not throw.
  // `ok` is false where it can't happen any more.
  virtual void Proceed(bool ok) = 0;

 protected:
  ~Event() = default;
};

// An answer that is ready.
class Answer {
 public:
  // Hands it to gRPC; must not throw.
  virtual void Leave() = 0;

 protected:
  ~Answer() = default;
};

// As gRPC takes it.
inline void* TagOf(Event& event) { return &event; }

// All calls of a connection are served by one queue, and so one after the other
// as far as their handlers run in its thread: what takes long, or waits, must
// go on elsewhere.
class CallQueue {
 public:
  // Before the server is built.
  explicit CallQueue(grpc::ServerBuilder& builder);
  // The server is shut down by then. Waits until its last call is over.
  ~CallQueue();
  CallQueue(const CallQueue&) = delete;
  CallQueue& operator=(const CallQueue&) = delete;

  // Begins to hand out events.
  void Start();

  grpc::ServerCompletionQueue& events() { return *events_; }

  // Has the answer leave: where the queue's thread is awake, soon and by that
  // thread, together with others, which costs all of them less; otherwise now.
  // From any thread.
  void Send(Answer& answer);

  // Lives as long as a call that waits or runs: before Start, or on the queue's
  // thread.
  class Place {
   public:
    explicit Place(CallQueue& queue) : queue_(queue) { ++queue_.calls_; }
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    CallQueue& queue() const { return queue_; }

   private:
    CallQueue& queue_;
  };

 private:
  struct Stopping;

  void HandOut();
  // The next event; false where none will come any more.
  bool Await(void** tag, bool* ok);
  // Whether there were answers.
  bool SendAnswers();
  void EndIfOver();

  const std::unique_ptr<grpc::ServerCompletionQueue> events_;
  std::thread thread_;
  size_t calls_ = 0;
  bool stopping_ = false;

  std::mutex mutex_;  // guards the rest
  std::vector<Answer*> answers_;
  std::thread::id poller_;
  bool awake_ = false;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CALL_QUEUE_H_
