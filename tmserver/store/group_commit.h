// Group commit: all writes that have arrived share one transaction.
//
// One thread runs the writes and commits; a second one calls their `done`s, so
// that the next batch is on its way while the replies of the last one leave. A
// write that came alone is answered by the first, or made, where that is
// allowed, by the thread that it came from.
#ifndef TMSERVER_STORE_GROUP_COMMIT_H_
#define TMSERVER_STORE_GROUP_COMMIT_H_

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tmserver/mail/store.h"

namespace turbo::store {

// What transactions are made on. Called from one thread at a time, which the
// group commit sees to until its destructor has returned. Throws NoSpace, or
// anything else for a failure after which nothing may be written.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual void Begin() = 0;
  virtual void Commit() = 0;    // durable when it returns
  virtual void Rollback() = 0;  // after NoSpace
  // After a transaction: housekeeping, and what the next one needs not wait
  // for.
  virtual void Maintain() = 0;
  // Whether Maintain would take longer than a commit.
  virtual bool IsMaintenanceLong() const = 0;
  // After Rollback: wins back what room it can.
  virtual void MakeRoom() = 0;
  // After any other failure: the engine must not touch its file again.
  virtual void Abandon() noexcept = 0;
};

class GroupCommit {
 public:
  // `engine` outlives it. `on_fault` is called at most once, from the thread
  // that writes, before any of the writes concerned is answered. `may_wait`
  // says whether the thread that calls it may wait for a commit; in a `done`,
  // it may not.
  GroupCommit(Engine& engine, std::function<void(std::string)> on_fault,
              std::function<bool()> may_wait = {});

  // Finishes all writes that were submitted and calls every `done`.
  ~GroupCommit();

  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Calls `run` in a transaction and `done` with its result once that is
  // durable. `run` may be called more than once, the effects of the earlier
  // calls undone; it makes all its checks before its first write, since a
  // refusal that it returns does not undo anything. Without a commit `done`
  // gets kStoreFull or kUnavailable.
  template <class T>
  void Submit(std::function<mail::Result<T>()> run, mail::Done<T> done) {
    arrived_.Put(std::make_unique<WriteOf<T>>(std::move(run), std::move(done)));
  }

  // The same; but where no other write is under way and may_wait() allows it,
  // all of it happens in this thread before this returns: two threads less have
  // to wake up.
  template <class T>
  void SubmitOrRun(std::function<mail::Result<T>()> run, mail::Done<T> done) {
    PutOrRun(std::make_unique<WriteOf<T>>(std::move(run), std::move(done)));
  }

 private:
  class Write {
   public:
    virtual ~Write() = default;
    virtual void Run() = 0;
    virtual void Fail(mail::Error error) = 0;
    virtual void Reply() = 0;
  };

  template <class T>
  class WriteOf final : public Write {
   public:
    WriteOf(std::function<mail::Result<T>()> run, mail::Done<T> done)
        : run_(std::move(run)), done_(std::move(done)) {}
    void Run() override { result_ = run_(); }
    void Fail(mail::Error error) override {
      result_ = tl::unexpected<mail::Error>(std::move(error));
    }
    void Reply() override { done_(std::move(result_)); }

   private:
    std::function<mail::Result<T>()> run_;
    mail::Done<T> done_;
    mail::Result<T> result_;
  };

  using Batch = std::vector<std::unique_ptr<Write>>;

  // From one thread to the next.
  class Queue {
   public:
    void Put(std::unique_ptr<Write> write);
    void Put(Batch batch);
    // Until something is there; false once the queue is closed and empty.
    bool Await();
    Batch TakeAll();
    bool IsEmpty();
    void Close();

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    Batch writes_;
    bool closed_ = false;
  };

  void WriteBatches();
  void ReplyToBatches();
  void PutOrRun(std::unique_ptr<Write> write);
  // Has the writing thread see to maintenance.
  void HaveMaintained();

  // These need engine_mutex_.
  // Leaves every write of `batch` with its outcome.
  void Execute(const Batch& batch);
  // False where there was no room for all; nothing is stored then.
  bool CommitTogether(const Batch& batch);
  void CommitAlone(Write& write);
  // Calls a function of the engine whose lack of room loses nothing.
  void Tend(void (Engine::*function)());
  void Fault(const std::string& reason);

  Engine& engine_;
  const std::function<void(std::string)> on_fault_;
  const std::function<bool()> may_wait_;
  std::mutex engine_mutex_;  // guards engine_ and faulted_
  bool faulted_ = false;
  Queue arrived_;
  Queue finished_;
  std::thread writer_;
  std::thread replier_;
};

}  // namespace turbo::store

#endif  // TMSERVER_STORE_GROUP_COMMIT_H_
