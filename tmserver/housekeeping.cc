#include "tmserver/housekeeping.h"

#include <algorithm>
#include <future>
#include <memory>

#include "tmserver/log.h"

namespace turbo::server {
namespace {

constexpr std::chrono::minutes kInterval{5};
constexpr std::chrono::seconds kPurgeInterval{5};
constexpr std::chrono::milliseconds kPoll{50};
constexpr size_t kAtOnce = 1000;  // sends wait for no more than this

}  // namespace

Housekeeping::Housekeeping(mail::Store& store, const mail::Clock& clock,
                           std::chrono::days register_days)
    : store_(store),
      clock_(clock),
      register_days_(std::max(register_days, kRequestDays)),
      thread_([this] { Run(); }) {}

Housekeeping::~Housekeeping() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Housekeeping::Run() {
  do {
    while (Expire()) {
    }
    while (Forget()) {
    }
  } while (Rest());
}

bool Housekeeping::Rest() {
  for (int i = 0; i < kInterval / kPurgeInterval; ++i) {
    while (Purge()) {
    }
    if (!Pause(kPurgeInterval)) return false;
  }
  return true;
}

bool Housekeeping::Purge() {
  return Clear("purged", [this](mail::Done<size_t> done) {
    store_.Purge(kAtOnce, std::move(done));
  });
}

bool Housekeeping::Expire() {
  return Clear("expired", [this](mail::Done<size_t> done) {
    store_.Expire(clock_.Now(), kAtOnce, std::move(done));
  });
}

bool Housekeeping::Forget() {
  return Clear("forgotten", [this](mail::Done<size_t> done) {
    const mail::Time now = clock_.Now();
    store_.Forget(now - kRequestDays, now - register_days_, kAtOnce,
                  std::move(done));
  });
}

bool Housekeeping::Clear(const char* what, const Write& write) {
  using Answer = std::promise<mail::Result<size_t>>;
  const auto answer = std::make_shared<Answer>();
  auto cleared = answer->get_future();
  write([answer](mail::Result<size_t> result) {
    answer->set_value(std::move(result));
  });
  while (cleared.wait_for(kPoll) != std::future_status::ready) {
    if (!Pause(std::chrono::milliseconds(0))) return false;
  }
  const mail::Result<size_t> result = cleared.get();
  if (!result) {
    log::Write(log::Level::kWarn, "housekeeping",
               {{"error", result.error().message}});
    return false;
  }
  if (*result > 0) {
    log::Write(log::Level::kInfo, "housekeeping", {{what, *result}});
  }
  return *result > 0 && Pause(std::chrono::milliseconds(0));
}

bool Housekeeping::Pause(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, pause, [this] { return stopping_; });
  return !stopping_;
}

}  // namespace turbo::server
