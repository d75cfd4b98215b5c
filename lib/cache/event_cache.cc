#include "cache/event_cache.h"

#include <chrono>

#include "storage/events.h"

namespace ticketd {
namespace {

constexpr seconds kFresh{3};
constexpr std::chrono::hours kGoodWithoutDatabase{1};
constexpr std::size_t kMostEvents = 10'000;  // about a megabyte

}  // namespace

std::optional<Refusal> EventCache::must_take(EventId id, int quantity, Time now) {
  const auto known = find(id, now);
  auto refusal = refusal_of(known, quantity, now);
  if (!refusal || !known || known->read_at == now) return refusal;  // a yes, or just read
  try {
    return refusal_of(read(id, now), quantity, now);  // its owner may have moved its end a moment ago
  } catch (const postgres::DatabaseUnavailable&) {
    return refusal;
  }
}

std::optional<Refusal> EventCache::must_exist(EventId id, Time now) {
  if (!find(id, now)) return Refusal{Code::event_not_found};
  return std::nullopt;
}

std::optional<EventCache::Known> EventCache::find(EventId id, Time now) {
  std::optional<Known> old;
  if (const auto known = good_enough(id, now, old)) return known;
  try {
    return read(id, now);
  } catch (const postgres::DatabaseUnavailable&) {
    put(id, old);
    if (!old) throw;
    return old;
  } catch (...) {
    put(id, old);
    throw;
  }
}

std::optional<EventCache::Known> EventCache::read(EventId id, Time now) {
  std::optional<Known> newest;
  const auto event =
      postgres::autocommit(database_, [&](pqxx::transaction_base& tx) { return storage::find_event(tx, id); });
  if (event) newest = Known{event->status, event->ends_at, event->max_per_booking, now};
  put(id, newest);
  return newest;
}

std::optional<Refusal> EventCache::refusal_of(const std::optional<Known>& known, int quantity, Time now) {
  if (!known) return Refusal{Code::event_not_found};
  if (known->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
  if (now >= known->ends_at) return Refusal{Code::event_over};
  if (quantity > known->max_per_booking) return Refusal{Code::quantity_over_limit};
  return std::nullopt;
}

std::optional<EventCache::Known> EventCache::good_enough(EventId id, Time now, std::optional<Known>& old) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  if (found == known_.end() || now - found->second.read_at > kGoodWithoutDatabase) return std::nullopt;
  auto& known = found->second;
  if (now - known.read_at < kFresh || known.is_asked_for) return known;
  old = known;
  known.is_asked_for = true;
  return std::nullopt;
}

void EventCache::put(EventId id, const std::optional<Known>& known) {
  const std::lock_guard lock(mutex_);
  if (!known) {
    known_.erase(id);
    return;
  }
  if (known_.size() >= kMostEvents) known_.clear();  // rare, and costs one SELECT for each event afterwards
  known_.insert_or_assign(id, *known);
}

}  // namespace ticketd
