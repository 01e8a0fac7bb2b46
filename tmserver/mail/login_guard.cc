#include "tmserver/mail/login_guard.h"

#include <algorithm>
#include <string>

namespace turbo::mail {
namespace {

// About 110 bytes for each of 16 Ki users and as many places.
constexpr size_t kSets = 2048;

// In what is worth keeping, a login that was right weighs like this many wrong
// passwords.
constexpr uint32_t kTrust = 4;

}  // namespace

LoginGuard::LoginGuard(const Clock& clock, GuessLimits limits)
    : clock_(clock), limits_(limits), places_(kSets), users_(kSets) {}

Result<LoginGuard::Attempt> LoginGuard::Begin(std::string_view user,
                                              const Origin& origin,
                                              std::string_view password) {
  Attempt attempt;
  attempt.user = hash_(user);
  attempt.place = hash_(std::string(user).append("\n").append(origin));
  attempt.password = hash_(password);
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Record& place = Find(places_, attempt.place, now);
  Record& everywhere = Find(users_, attempt.user, now);
  Time until = place.until;
  if (!place.trusted) until = std::max(until, everywhere.until);
  if (now < until) {
    return TooMuch("too many wrong passwords", until - now);
  }
  attempt.counted_for_place =
      Count(place, attempt.password, limits_.from_one_place, now);
  if (!place.trusted) {
    attempt.counted_for_user =
        Count(everywhere, attempt.password, limits_.from_all, now);
  }
  return attempt;
}

void LoginGuard::Succeeded(const Attempt& attempt) {
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Record& place = Find(places_, attempt.place, now);
  place = Record{};
  place.key = attempt.place;
  place.last = now;
  place.trusted = true;
  if (attempt.counted_for_user) {
    TakeBack(Find(users_, attempt.user, now), attempt.password);
  }
}

void LoginGuard::Abandoned(const Attempt& attempt) {
  const Time now = clock_.Now();
  const std::lock_guard lock(mutex_);
  if (attempt.counted_for_place) {
    TakeBack(Find(places_, attempt.place, now), attempt.password);
  }
  if (attempt.counted_for_user) {
    TakeBack(Find(users_, attempt.user, now), attempt.password);
  }
}

LoginGuard::Record& LoginGuard::Find(Table& table, uint64_t key,
                                     Time now) const {
  const auto is_past = [&](const Record& record) {
    return now - record.last >= limits_.memory;
  };
  Record& record = table.At(key, [&](const Record& other) {
    const uint32_t wrong = is_past(other) ? 0 : other.wrong;
    return std::pair(std::max(wrong, other.trusted ? kTrust : 0), other.last);
  });
  if (is_past(record)) {
    const bool trusted = record.trusted;
    record = Record{};
    record.key = key;
    record.trusted = trusted;
  }
  // The clock may have been set back.
  record.last = std::min(record.last, now);
  record.until = std::min(record.until, now + limits_.longest_pause);
  return record;
}

// Whether the password was a new one.
bool LoginGuard::Count(Record& record, uint64_t password, uint32_t free,
                       Time now) const {
  const auto known =
      std::find(record.recent.begin(), record.recent.end(), password);
  if (known != record.recent.end()) return false;
  std::rotate(record.recent.begin(), record.recent.end() - 1,
              record.recent.end());
  record.recent.front() = password;
  record.last = now;
  ++record.wrong;
  if (record.wrong >= free) {
    constexpr uint32_t kMostDoublings = 20;
    const uint32_t doublings = std::min(record.wrong - free, kMostDoublings);
    record.until = now + std::min(limits_.longest_pause,
                                  limits_.first_pause * (1 << doublings));
  }
  return true;
}

void LoginGuard::TakeBack(Record& record, uint64_t password) {
  const auto known =
      std::find(record.recent.begin(), record.recent.end(), password);
  if (known == record.recent.end()) return;
  *known = 0;
  --record.wrong;
  record.until = {};
}

}  // namespace turbo::mail
