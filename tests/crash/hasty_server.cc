// A tmserver that is wrong on purpose: it answers sends before they are stored,
// a tenth of a second later. The tests of durability must notice.
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tmserver/options.h"
#include "tmserver/process.h"
#include "tmserver/store/open.h"
#include "tmserver/store/sqlite_store.h"

namespace turbo::store {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kDelay{100};

// For sends that no rule refuses.
class HastyStore final : public SqliteStore {
 public:
  using SqliteStore::SqliteStore;

  void Deliver(mail::Delivery op, mail::Done<mail::Sent> done) override {
    const std::lock_guard lock(mutex_);
    if (next_id_ == 0) next_id_ = Newest() + 1;
    done(mail::Sent{next_id_++, op.now, op.draft.to});
    waiting_.push_back({Clock::now() + kDelay, std::move(op)});
    arrived_.notify_one();
  }

 private:
  struct Waiting {
    Clock::time_point until;
    mail::Delivery op;
  };

  mail::MessageId Newest() {
    mail::ListQuery query;
    query.limit = 1;
    return List(query).value().newest;
  }

  void StoreAll(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (arrived_.wait(lock, stop, [this] { return !waiting_.empty(); })) {
      Waiting first = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      std::this_thread::sleep_until(first.until);
      SqliteStore::Deliver(std::move(first.op), [](const auto&) {});
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any arrived_;
  std::deque<Waiting> waiting_;
  mail::MessageId next_id_ = 0;
  std::jthread writer_{[this](const std::stop_token& stop) { StoreAll(stop); }};
};

}  // namespace
}  // namespace turbo::store

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  const auto line = turbo::server::ParseOptions(args, {});
  return turbo::server::Serve(
      line, [&] { return line.options; },
      [](const std::string& url, std::function<void(std::string)> on_fault) {
        const std::string path = url.substr(std::string("sqlite:").size());
        return std::make_unique<turbo::store::HastyStore>(
            path, std::move(on_fault), turbo::store::Tuning());
      });
}
