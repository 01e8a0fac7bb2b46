#include "tmserver/store/tail.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace turbo::store {
namespace {

constexpr size_t kAll = std::numeric_limits<size_t>::max();

// As far as `limit`.
void Append(std::span<const Held> more, size_t limit, std::vector<Held>* held) {
  const size_t some = std::min(more.size(), limit - held->size());
  held->insert(held->end(), more.begin(), more.begin() + some);
}

std::optional<mail::MessageId> Find(const Sends& sends,
                                    const RequestKey& request) {
  const auto found = sends.requests.find(request);
  if (found == sends.requests.end()) return std::nullopt;
  return found->second;
}

}  // namespace

std::vector<Held> After(mail::MessageId settled, std::vector<Held> held) {
  std::erase_if(held, [&](const Held& one) { return one.id <= settled; });
  return held;
}

void Sends::Hold(const TrayKey& tray, const Held& held) {
  trays[tray].push_back(held);
  ++entries;
}

void Sends::Remember(RequestKey request, mail::MessageId id) {
  requests.insert_or_assign(std::move(request), id);
}

void Sends::Append(Sends later) {
  if (entries == 0 && requests.empty()) {
    *this = std::move(later);
    return;
  }
  for (auto& [tray, held] : later.trays) {
    auto& all = trays[tray];
    all.insert(all.end(), held.begin(), held.end());
  }
  for (auto& [request, id] : later.requests) Remember(request, id);
  entries += later.entries;
}

std::span<const Held> Sends::After(const TrayKey& tray,
                                   mail::MessageId id) const {
  const auto found = trays.find(tray);
  if (found == trays.end()) return {};
  const std::span<const Held> held = found->second;
  const auto first = std::upper_bound(
      held.begin(), held.end(), id,
      [](mail::MessageId left, const Held& right) { return left < right.id; });
  return held.subspan(first - held.begin());
}

Waiting Tail::In(const TrayKey& tray) const {
  const std::lock_guard lock(mutex_);
  return {Copy(tray, 0, kAll), newest_};
}

std::vector<Held> Tail::After(const TrayKey& tray, mail::MessageId id,
                              size_t limit) const {
  const std::lock_guard lock(mutex_);
  return Copy(tray, id, limit);
}

size_t Tail::CountAfter(const TrayKey& tray, mail::MessageId id) const {
  const std::lock_guard lock(mutex_);
  const size_t fresh = fresh_.After(tray, id).size();
  return frozen_ != nullptr ? frozen_->After(tray, id).size() + fresh : fresh;
}

std::vector<Held> Tail::Copy(const TrayKey& tray, mail::MessageId id,
                             size_t limit) const {
  std::vector<Held> held;
  if (frozen_ != nullptr) Append(frozen_->After(tray, id), limit, &held);
  Append(fresh_.After(tray, id), limit, &held);
  return held;
}

bool Tail::Holds(const TrayKey& tray, mail::MessageId id) const {
  if (id <= settled_) return false;
  const std::lock_guard lock(mutex_);
  const bool is_fresh = frozen_ == nullptr || id > last_frozen_;
  const auto held = (is_fresh ? fresh_ : *frozen_).After(tray, id - 1);
  return !held.empty() && held.front().id == id;
}

std::optional<mail::MessageId> Tail::FindRequest(
    const RequestKey& request) const {
  const std::lock_guard lock(mutex_);
  if (const auto fresh = Find(fresh_, request)) return fresh;
  return frozen_ != nullptr ? Find(*frozen_, request) : std::nullopt;
}

void Tail::Restore(Sends sends, mail::MessageId settled,
                   mail::MessageId newest) {
  settled_ = settled;
  Publish(std::move(sends), newest);
}

void Tail::Publish(Sends sends, mail::MessageId newest) {
  const std::lock_guard lock(mutex_);
  fresh_.Append(std::move(sends));
  newest_ = newest;
}

void Tail::Freeze() {
  auto frozen = std::make_unique<Sends>();
  const std::lock_guard lock(mutex_);
  std::swap(*frozen, fresh_);
  frozen_ = std::move(frozen);
  last_frozen_ = newest_;
}

void Tail::DropFrozen() {
  settled_ = last_frozen_;
  std::unique_ptr<const Sends> dropped;  // goes after the lock
  const std::lock_guard lock(mutex_);
  dropped = std::move(frozen_);
}

void Tail::DropAll() {
  DropFrozen();
  settled_ = newest_;
  Sends dropped;
  const std::lock_guard lock(mutex_);
  std::swap(dropped, fresh_);
}

}  // namespace turbo::store
