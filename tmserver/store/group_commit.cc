#include "tmserver/store/group_commit.h"

#include <pthread.h>
#include <sched.h>

#include <exception>
#include <iterator>

#include "tmserver/store/failure.h"

namespace turbo::store {
namespace {

mail::Error Unavailable() {
  return {mail::ErrorCode::kUnavailable,
          "the server can no longer write to its store; what was asked may or "
          "may not have been stored",
          {},
          {}};
}

mail::Error StoreFull() {
  return {mail::ErrorCode::kStoreFull,
          "the server's store has no room left; nothing was stored",
          {},
          {}};
}

// What runs is not interrupted for this thread: more writes gather, and fewer
// commits and switches between threads are made for them. Only a wish.
void LetOthersGoOn() {
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

}  // namespace

void GroupCommit::Queue::Put(std::unique_ptr<Write> write) {
  {
    const std::lock_guard lock(mutex_);
    writes_.push_back(std::move(write));
  }
  changed_.notify_one();
}

void GroupCommit::Queue::Put(Batch batch) {
  {
    const std::lock_guard lock(mutex_);
    writes_.insert(writes_.end(), std::make_move_iterator(batch.begin()),
                   std::make_move_iterator(batch.end()));
  }
  changed_.notify_one();
}

bool GroupCommit::Queue::Await() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return closed_ || !writes_.empty(); });
  return !writes_.empty();
}

GroupCommit::Batch GroupCommit::Queue::TakeAll() {
  const std::lock_guard lock(mutex_);
  return std::exchange(writes_, {});
}

bool GroupCommit::Queue::IsEmpty() {
  const std::lock_guard lock(mutex_);
  return writes_.empty();
}

void GroupCommit::Queue::Close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

GroupCommit::GroupCommit(Engine& engine,
                         std::function<void(std::string)> on_fault,
                         std::function<bool()> may_wait)
    : engine_(engine),
      on_fault_(std::move(on_fault)),
      may_wait_(std::move(may_wait)),
      writer_([this] { WriteBatches(); }),
      replier_([this] { ReplyToBatches(); }) {}

GroupCommit::~GroupCommit() {
  arrived_.Close();
  writer_.join();
  finished_.Close();
  replier_.join();
}

void GroupCommit::WriteBatches() {
  LetOthersGoOn();
  while (arrived_.Await()) {
    const std::lock_guard engine(engine_mutex_);
    Batch batch = arrived_.TakeAll();  // not before: IsEmpty would be wrong
    Execute(batch);
    if (batch.size() == 1) {  // waking the other thread would take longer
      batch.front()->Reply();
    } else {
      finished_.Put(std::move(batch));
    }
    Tend(&Engine::Maintain);
  }
}

void GroupCommit::ReplyToBatches() {
  LetOthersGoOn();
  while (finished_.Await()) {
    for (const auto& write : finished_.TakeAll()) write->Reply();
  }
}

void GroupCommit::PutOrRun(std::unique_ptr<Write> write) {
  std::unique_lock engine(engine_mutex_, std::defer_lock);
  // may_wait_ first: in a `done`, this thread may have the engine already.
  if (!may_wait_ || !may_wait_() || !arrived_.IsEmpty() || !engine.try_lock()) {
    return arrived_.Put(std::move(write));
  }
  Batch batch;
  batch.push_back(std::move(write));
  Execute(batch);
  batch.front()->Reply();
  if (engine_.IsMaintenanceLong()) {
    HaveMaintained();
  } else {
    Tend(&Engine::Maintain);
  }
}

void GroupCommit::HaveMaintained() {
  Submit<mail::Nothing>([] { return mail::Nothing{}; }, [](const auto&) {});
}

void GroupCommit::Execute(const Batch& batch) {
  size_t known = 0;  // writes of which we know whether they are stored
  try {
    if (!faulted_ && CommitTogether(batch)) return;
    for (; !faulted_ && known < batch.size(); ++known) {
      CommitAlone(*batch[known]);
    }
  } catch (const std::exception& error) {
    Fault(error.what());
  }
  for (; known < batch.size(); ++known) batch[known]->Fail(Unavailable());
}

bool GroupCommit::CommitTogether(const Batch& batch) {
  try {
    engine_.Begin();
    for (const auto& write : batch) write->Run();
    engine_.Commit();
    return true;
  } catch (const NoSpace&) {
    engine_.Rollback();
  }
  Tend(&Engine::MakeRoom);
  return false;
}

void GroupCommit::CommitAlone(Write& write) {
  try {
    engine_.Begin();
    write.Run();
    engine_.Commit();
  } catch (const NoSpace&) {
    engine_.Rollback();
    write.Fail(StoreFull());
  }
}

void GroupCommit::Tend(void (Engine::*function)()) {
  if (faulted_) return;
  try {
    (engine_.*function)();
  } catch (const NoSpace&) {
    // What is committed stays where it is; a later call tries again.
  } catch (const std::exception& error) {
    Fault(error.what());
  }
}

void GroupCommit::Fault(const std::string& reason) {
  faulted_ = true;
  engine_.Abandon();
  on_fault_(reason);
}

}  // namespace turbo::store
