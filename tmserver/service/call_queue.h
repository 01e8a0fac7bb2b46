// Where calls come from: a completion queue of gRPC's, and the thread that
// polls it. Another one stands by.
#ifndef TMSERVER_SERVICE_CALL_QUEUE_H_
#define TMSERVER_SERVICE_CALL_QUEUE_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_builder.h>

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace turbo::service {

// What was asked of gRPC and has happened.
class Event {
 public:
  // On the thread that polls the queue, once for each time it was asked for;
  // must not throw.
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
// go on elsewhere, except where MayWait says so.
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

  // Whether the handler that runs in this thread may wait for a disk: once, and
  // where its call, which has one request and one answer, has been the only one
  // of this kind for a while. It must not touch the call after its answer: if
  // it waits long, the queue's other thread goes on.
  static bool MayWait();

  // Lives as long as a call that waits or runs: before Start, or on the queue's
  // thread.
  class Place {
   public:
    explicit Place(CallQueue& queue) : queue_(queue) { ++queue_.calls_; }
    ~Place();
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    CallQueue& queue() const { return queue_; }
    // The call has come in. Its handler runs next, and may wait as MayWait
    // says.
    void Begin();

   private:
    CallQueue& queue_;
    bool has_begun_ = false;
  };

 private:
  struct Stopping;

  struct Happened {
    void Proceed() const { event.Proceed(ok); }
    Event& event;
    bool ok;
  };

  // A thread's life.
  void Run();
  // Until this thread is to poll; false where that will never be.
  bool AwaitTurn();
  // Until another thread polls, or nothing will come any more.
  void HandOut();
  // With an event that came alone. False where another thread polls since.
  bool ProceedAlone(const Happened& event);
  // With all that happens, for a while.
  void ProceedWithMore();
  bool BeginWait();
  // The next event; nothing where none will come any more.
  std::optional<Happened> Await();
  // The next event, if it has happened by now.
  std::optional<Happened> TakeNow();
  // Whether there were answers.
  bool SendAnswers();
  void EndIfOver();

  const std::unique_ptr<grpc::ServerCompletionQueue> events_;
  std::array<std::thread, 2> threads_;

  // The polling thread's, which hands them over.
  size_t calls_ = 0;
  size_t begun_ = 0;       // calls that are not over
  bool is_alone_ = false;  // the event that is handled: none followed it
  std::chrono::steady_clock::time_point crowded_until_;
  bool stopping_ = false;

  std::mutex mutex_;  // guards the rest
  std::vector<Answer*> answers_;
  std::thread::id poller_;
  bool awake_ = false;    // the poller
  bool waiting_ = false;  // for a disk
  uint64_t waits_ = 0;    // that have begun
  std::condition_variable turn_;
  bool watched_ = false;  // by the other thread, which looks at waits_
  bool over_ = false;
};

}  // namespace turbo::service

#endif  // TMSERVER_SERVICE_CALL_QUEUE_H_
