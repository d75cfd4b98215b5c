#include "cache/event_cache.h"

#include <algorithm>
#include <chrono>
#include <climits>
#include <utility>

#include "storage/events.h"

namespace ticketd {
namespace {

constexpr seconds kFresh{3};
constexpr std::chrono::hours kGoodWithoutDatabase{1};
constexpr std::size_t kMostTypes = 5'000;  // of 5,000 events of one type: three megabytes

// Null if there is none that the wish may have. Whoever names no type has the first public one, as the worker decides.
const storage::TicketType* find_type(const std::vector<storage::TicketType>& types, const EventCache::Wish& wish) {
  const auto has_code = [&](const auto& type) {
    return wish.access_code && type.access_code_hash == storage::access_code_hash(type.id, *wish.access_code);
  };
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& type) {
    if (type.archived || (wish.type && type.id != *wish.type)) return false;
    if (type.visibility == domain::TypeVisibility::code) return has_code(type);
    return wish.type || (!wish.access_code && type.visibility == domain::TypeVisibility::listed);
  });
  return found == types.end() ? nullptr : &*found;
}

Refusal sale_not_started(std::chrono::milliseconds left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  return {Code::sale_not_started, "", {}, static_cast<int>(std::min<std::int64_t>(seconds, INT_MAX))};
}

Refusal quantity_over_limit(int most) {
  return {Code::quantity_over_limit,
          "One booking may have at most " + std::to_string(most) + (most == 1 ? " ticket here" : " tickets here")};
}

}  // namespace

bool EventCache::ask_anew(EventId id, Code no) {
  if (no != Code::sale_not_started && no != Code::sale_ended) return true;
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(id);
  return found == known_.end() || !std::exchange(found->second.is_asked_for, true);
}

Result<std::optional<TicketTypeId>> EventCache::must_take(EventId id, const Wish& wish, Time now) {
  const auto known = find(id, now);
  auto answer = answer_of(known, wish, now);
  if (answer.ok() || !known || known->read_at == now) return answer;  // a yes, or just read
  if (!ask_anew(id, answer.refusal().code)) return answer;
  try {
    return answer_of(read(id, now), wish, now);  // its owner may have moved its end a moment ago
  } catch (const postgres::DatabaseUnavailable&) {
    put(id, known);
    return answer;
  } catch (...) {
    put(id, known);
    throw;
  }
}

std::optional<Refusal> EventCache::must_exist(EventId id, Time now) {
  if (!find(id, now)) return Refusal{Code::event_not_found};
  return std::nullopt;
}

std::optional<EventCache::Known> EventCache::find(EventId id, Time now) {
  std::optional<Known> old;
  if (auto known = good_enough(id, now, old)) return known;
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
  auto event =
      postgres::autocommit(database_, [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, id); });
  if (event) {
    for (auto& type : event->types) type.name = type.description = type.price_label = std::nullopt;
    newest = Known{event->status,
                   event->ends_at,
                   std::min(event->max_per_booking, event->max_per_user),
                   event->sales,
                   std::make_shared<const std::vector<storage::TicketType>>(std::move(event->types)),
                   now};
  }
  put(id, newest);
  return newest;
}

Result<std::optional<TicketTypeId>> EventCache::answer_of(const std::optional<Known>& known, const Wish& wish,
                                                          Time now) {
  if (!known) return Refusal{Code::event_not_found};
  if (known->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
  if (now >= known->ends_at) return Refusal{Code::event_over};
  const auto* type = find_type(*known->types, wish);
  if (type == nullptr) return Refusal{Code::ticket_type_not_found};
  for (const auto& sales : {known->sales, type->sales}) {
    if (sales.is_before(now)) return sale_not_started(*sales.start - now);
    if (sales.is_after(now)) return Refusal{Code::sale_ended};
  }
  const int most = std::min(known->quantity_max, type->max_per_booking.value_or(domain::kQuantityMax));
  if (wish.quantity > most) return quantity_over_limit(most);
  return wish.type || wish.access_code ? std::optional(type->id) : std::nullopt;
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
  const auto old = known_.find(id);
  if (old != known_.end()) {
    types_ -= old->second.types->size();
    known_.erase(old);
  }
  if (!known) return;
  if (types_ + known->types->size() > kMostTypes) {  // rare, and costs one SELECT for each event afterwards
    known_.clear();
    types_ = 0;
  }
  types_ += known->types->size();
  known_.emplace(id, *known);
}

}  // namespace ticketd
