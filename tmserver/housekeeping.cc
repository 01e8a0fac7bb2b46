#include "tmserver/housekeeping.h"

#include <algorithm>
#include <future>
#include <memory>

#include "tmserver/log.h"

namespace turbo::server {
namespace {

constexpr std::chrono::minutes kInterval{5};
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
    while (ForgetSome()) {
    }
  } while (Pause(kInterval));
}

bool Housekeeping::ForgetSome() {
  using Answer = std::promise<mail::Result<size_t>>;
  const auto answer = std::make_shared<Answer>();
  auto forgotten = answer->get_future();
  const mail::Time now = clock_.Now();
  store_.Forget(now - kRequestDays, now - register_days_, kAtOnce,
                [answer](mail::Result<size_t> result) {
                  answer->set_value(std::move(result));
                });
  while (forgotten.wait_for(kPoll) != std::future_status::ready) {
    if (!Pause(std::chrono::milliseconds(0))) return false;
  }
  const mail::Result<size_t> result = forgotten.get();
  if (!result) {
    log::Write(log::Level::kWarn, "housekeeping",
               {{"error", result.error().message}});
    return false;
  }
  if (*result > 0) {
    log::Write(log::Level::kInfo, "housekeeping", {{"forgotten", *result}});
  }
  return *result > 0 && Pause(std::chrono::milliseconds(0));
}

bool Housekeeping::Pause(std::chrono::milliseconds pause) {
  std::unique_lock lock(mutex_);
  wake_.wait_for(lock, pause, [this] { return stopping_; });
  return !stopping_;
}

}  // namespace turbo::server
