#include "tmserver/store/tail.h"

#include <utility>

namespace turbo::store {
namespace {

void AppendTo(std::vector<Held>* held, const Sends& sends,
              const TrayKey& tray) {
  const auto found = sends.trays.find(tray);
  if (found == sends.trays.end()) return;
  held->insert(held->end(), found->second.begin(), found->second.end());
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

Waiting Tail::In(const TrayKey& tray) const {
  const std::lock_guard lock(mutex_);
  Waiting waiting;
  waiting.newest = newest_;
  if (frozen_ != nullptr) AppendTo(&waiting.held, *frozen_, tray);
  AppendTo(&waiting.held, fresh_, tray);
  return waiting;
}

std::optional<mail::MessageId> Tail::FindRequest(
    const RequestKey& request) const {
  const std::lock_guard lock(mutex_);
  if (const auto fresh = Find(fresh_, request)) return fresh;
  return frozen_ != nullptr ? Find(*frozen_, request) : std::nullopt;
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
  std::unique_ptr<const Sends> dropped;  // goes after the lock
  const std::lock_guard lock(mutex_);
  dropped = std::move(frozen_);
}

void Tail::DropAll() {
  DropFrozen();
  Sends dropped;
  const std::lock_guard lock(mutex_);
  std::swap(dropped, fresh_);
}

}  // namespace turbo::store
