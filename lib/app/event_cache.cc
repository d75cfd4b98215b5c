#include "app/event_cache.h"

#include <chrono>

#include "storage/events.h"

namespace ticketd {
namespace {

constexpr seconds kFresh{3};
constexpr seconds kLeaveAlone{1};
constexpr std::chrono::hours kGoodWithoutDatabase{1};
constexpr std::size_t kMostEvents = 10'000;  // about a megabyte

}  // namespace

std::optional<Refusal> EventCache::must_be_open(EventId id, Time now) {
  const auto known = find(id, now);
  if (!known) return Refusal{Code::event_not_found};
  if (known->status == domain::EventStatus::cancelled) return Refusal{Code::event_cancelled};
  if (now >= known->ends_at) return Refusal{Code::event_over};
  return std::nullopt;
}

std::optional<Refusal> EventCache::must_exist(EventId id, Time now) {
  if (!find(id, now)) return Refusal{Code::event_not_found};
  return std::nullopt;
}

std::optional<EventCache::Known> EventCache::find(EventId id, Time now) {
  const auto old = remembered(id);
  if (old && (now - old->read_at < kFresh || now < not_before_.load())) return old;
  try {
    const auto event =
        storage::read(database_, [&](pqxx::transaction_base& tx) { return storage::find_event(tx, id); });
    if (!event) return std::nullopt;
    const Known known{event->status, event->ends_at, now};
    remember(id, known);
    return known;
  } catch (const storage::DatabaseUnavailable&) {
    if (!old || now - old->read_at > kGoodWithoutDatabase) throw;
    not_before_ = now + kLeaveAlone;
    return old;
  }
}

std::optional<EventCache::Known> EventCache::remembered(EventId id) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  return found == known_.end() ? std::nullopt : std::optional(found->second);
}

void EventCache::remember(EventId id, const Known& known) {
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostEvents) known_.clear();  // rare, and costs one SELECT for each event afterwards
  known_.insert_or_assign(id, known);
}

}  // namespace ticketd
