#include "domain/event_state.h"

#include <algorithm>
#include <array>
#include <utility>

#include "domain/names.h"

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kBookingStates> kStates = {"confirmed", "held", "waitlisted", "cancelled",
                                                                  "rejected"};

constexpr std::array<std::string_view, kEventStatuses> kStatuses = {"open", "cancelled", "removed"};

}  // namespace

std::string_view name_of(EventStatus status) { return kStatuses.at(static_cast<std::size_t>(status)); }

EventStatus parse_event_status(std::string_view name) {
  if (name == name_of(EventStatus::open)) return EventStatus::open;
  return name == name_of(EventStatus::removed) ? EventStatus::removed : EventStatus::cancelled;
}

std::string_view name_of(BookingState state) { return kStates.at(static_cast<std::size_t>(state)); }

std::optional<BookingState> parse_booking_state(std::string_view name) { return value_of<BookingState>(kStates, name); }

TicketNumbers numbers_of(const Booking& booking) { return numbers_of(booking.quantity, booking.given_back); }

bool EventState::insert(const Booking& booking) {
  if (!bookings_.emplace(booking.id, booking).second) return false;
  users_[booking.user].loaded.push_back(booking.id);
  return true;
}

SeatPool& EventState::pool(PoolId which) {
  return *std::find_if(pools.begin(), pools.end(), [&](const auto& it) { return it.id == which; });
}

const SeatPool& EventState::pool(PoolId which) const { return *find_pool(which); }

TicketType& EventState::type(TicketTypeId which) {
  return *std::find_if(types.begin(), types.end(), [&](const auto& it) { return it.id == which; });
}

const SeatPool* EventState::find_pool(PoolId which) const {
  const auto found = std::find_if(pools.begin(), pools.end(), [&](const auto& it) { return it.id == which; });
  return found == pools.end() ? nullptr : &*found;
}

const TicketType* EventState::find_type(TicketTypeId which) const {
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& it) { return it.id == which; });
  return found == types.end() ? nullptr : &*found;
}

const TicketType* EventState::bookable(std::optional<TicketTypeId> named) const {
  const auto found = std::find_if(types.begin(), types.end(), [&](const auto& it) {
    return !it.archived && (named ? it.id == *named : it.visibility == TypeVisibility::listed);
  });
  return found == types.end() ? nullptr : &*found;
}

int EventState::waiting_entries() const {
  int entries = 0;
  for (const auto& pool : pools) entries += pool.waiting_entries;
  return entries;
}

int EventState::seats_to_be() const {
  int seats = 0;
  for (const auto& pool : pools) seats += pool.capacity_to_be();
  return seats;
}

bool EventState::goes_on() const {
  return std::any_of(pools.begin(), pools.end(), [](const auto& it) { return it.growing_to || it.has_misfits; });
}

void EventState::count(const Booking& booking, int tickets) {
  auto& holding = users_[booking.user].holding;
  auto& of_type = type(booking.type);
  holding.live += tickets;
  of_type.live += tickets;
  if (booking.state != BookingState::waitlisted) return;
  holding.waiting += tickets;
  of_type.waiting += tickets;
}

void EventState::add(const Booking& booking) {
  if (!insert(booking)) return;
  users_[booking.user].holding.slots.set(static_cast<std::size_t>(booking.slot));
  count(booking, booking.quantity);
  if (booking.quantity > 1) edition = std::max(edition, 2);
  if (booking.state == BookingState::held) edition = std::max(edition, 3);
  if (booking.state == BookingState::waitlisted) {
    pool(booking.pool).join(booking.seq, {booking.id, booking.quantity, booking.accept_fewer});
  } else {
    pool(booking.pool).available -= booking.quantity;
  }
}

void EventState::hold(UserId user, const Holding& holding) { users_[user].holding = holding; }

void EventState::load(const Booking& booking) {
  if (insert(booking) && booking.state == BookingState::waitlisted)
    pool(booking.pool).load(booking.seq, {booking.id, booking.quantity, booking.accept_fewer});
}

void EventState::remove(BookingId gone) {
  const auto found = bookings_.find(gone);
  if (found == bookings_.end()) return;
  const auto& booking = found->second;
  count(booking, -booking.quantity);
  if (booking.state == BookingState::waitlisted) {
    pool(booking.pool).leave(booking.seq);
  } else {
    pool(booking.pool).available += booking.quantity;
  }
  auto& [holding, loaded] = users_[booking.user];
  holding.slots.reset(static_cast<std::size_t>(booking.slot));
  std::erase(loaded, gone);
  bookings_.erase(found);
}

TicketNumbers EventState::admitted_with(BookingId booking) const {
  const auto found = admitted_.find(booking);
  return found == admitted_.end() ? TicketNumbers() : found->second;
}

void EventState::give_back(BookingId of, const TicketNumbers& tickets) {
  auto& booking = bookings_.at(of);
  const auto left = numbers_of(booking) & ~tickets;
  const int quantity = static_cast<int>(tickets.count());
  booking.quantity -= quantity;
  count(booking, -quantity);
  if (booking.state == BookingState::waitlisted) {
    pool(booking.pool).change(booking.seq, {of, booking.quantity, booking.accept_fewer});
  } else {
    booking.given_back = missing_below(left);
    pool(booking.pool).available += quantity;
  }
}

void EventState::set_accept_fewer(BookingId of, std::optional<Remainder> accept_fewer) {
  auto& booking = bookings_.at(of);
  booking.accept_fewer = accept_fewer;
  pool(booking.pool).change(booking.seq, {of, booking.quantity, accept_fewer});
}

void EventState::seat(Booking& booking, std::optional<Time> held_until) {
  booking.state = held_until ? BookingState::held : BookingState::confirmed;
  booking.held_until = held_until;
}

std::optional<Time> EventState::hold_until(Time now) const {
  if (hold_minutes == 0 || now >= starts_at) return std::nullopt;
  return std::min(now + std::chrono::minutes(hold_minutes), starts_at);
}

std::optional<Time> EventState::offer_until(Time now) const {
  if (offer_minutes == 0 || now >= starts_at - std::chrono::minutes(offer_stops_minutes)) return std::nullopt;
  return std::min(now + std::chrono::minutes(offer_minutes), starts_at);
}

void EventState::seat_new(Booking& booking, Time now) const { seat(booking, hold_until(now)); }

void EventState::confirm(BookingId held) { seat(bookings_.at(held), std::nullopt); }

std::vector<Booking> EventState::overdue(Time now) const {
  std::vector<Booking> found;
  for (const auto& [booking_id, booking] : bookings_) {
    if (booking.state == BookingState::held && deadline_of(booking) <= now) found.push_back(booking);
  }
  std::sort(found.begin(), found.end(), [&](const Booking& a, const Booking& b) {
    return std::pair(deadline_of(a), a.seq) < std::pair(deadline_of(b), b.seq);
  });
  return found;
}

std::vector<EventState::Served> EventState::settle(Time now, std::optional<BookingId> booked) {
  std::vector<Served> all;
  for (auto& pool : pools) settle(pool, now, booked, all);
  return all;
}

void EventState::settle(SeatPool& pool, Time now, std::optional<BookingId> booked, std::vector<Served>& all) {
  for (const auto& [seq, served_id, seats, missing, rest] :
       pool.settle(saves(now) ? std::optional(max_skips) : std::nullopt)) {
    auto& booking = bookings_.at(served_id);
    count(booking, -booking.quantity);
    seat(booking, served_id == booked ? hold_until(now) : offer_until(now));
    if (booking.state == BookingState::held) edition = std::max(edition, 3);
    booking.quantity = seats;
    count(booking, seats);
    auto& served = all.emplace_back(Served{booking, missing});
    if (!rest) continue;
    auto& holding = users_[booking.user].holding;
    const int slot = lowest_free(holding);
    if (slot == 0) {  // all are taken by bookings that ended a moment ago (bulk changes): the rest ends, too
      pool.leave(seq + 1);
      continue;
    }
    served.rest =
        Booking{rest->booking, booking.user, BookingState::waitlisted, seq + 1, slot, missing, rest->accept_fewer, {},
                booking.pool,  booking.type};
    count(*served.rest, missing);
    holding.slots.set(static_cast<std::size_t>(slot));
    insert(*served.rest);  // the pool has it in its line already
  }
}

void EventState::own_pools() {
  if (edition >= kEditionOfPools) return;
  edition = kEditionOfPools;
  // Nobody counted by type before, and all there is is of this one.
  types.front().waiting = pools.front().waiting_tickets;
  types.front().live = pools.front().taken() + pools.front().waiting_tickets;
}

std::vector<Booking> EventState::end_misfits(SeatPool& pool) {
  std::vector<Booking> ended;
  for (const auto& entry : pool.find_misfits(promoted_at_once)) ended.push_back(bookings_.at(entry.booking));
  for (const auto& booking : ended) remove(booking.id);
  return ended;
}

void EventState::close_line() {
  line_closed_before = next_seq;
  for (auto& entry : users_) entry.second.holding.live -= std::exchange(entry.second.holding.waiting, 0);
  for (auto& type : types) type.live -= std::exchange(type.waiting, 0);
  for (auto& pool : pools) {
    for (const auto& [seq, entry] : pool.line()) {
      std::erase(users_[bookings_.at(entry.booking).user].loaded, entry.booking);
      bookings_.erase(entry.booking);
    }
    pool.close();
  }
}

void EventState::cancel_all() {
  clear();
  for (auto& pool : pools) pool.empty();
  for (auto& type : types) type.live = type.waiting = 0;
}

const Booking* EventState::find(BookingId booking) const {
  const auto found = bookings_.find(booking);
  return found == bookings_.end() ? nullptr : &found->second;
}

const Booking* EventState::newest_of(UserId user) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return nullptr;
  const Booking* newest = nullptr;
  for (const auto& held : found->second.loaded) {
    const auto& booking = bookings_.at(held);
    if (newest == nullptr || booking.seq > newest->seq) newest = &booking;
  }
  return newest;
}

int EventState::lowest_free(const Holding& holding) {
  for (int slot = 1; slot <= kSlots; ++slot) {
    if (!holding.slots.test(static_cast<std::size_t>(slot))) return slot;
  }
  return 0;
}

int EventState::free_slot(UserId user, int quantity) const {
  const auto found = users_.find(user);
  const auto& holding = found == users_.end() ? Holding{} : found->second.holding;
  // The limit may have been lowered since: counting comes first, for a low slot can be free while higher ones are
  // taken.
  return holding.live + quantity > max_per_user ? 0 : lowest_free(holding);
}

int EventState::largest_of(UserId user) const {
  const auto found = users_.find(user);
  int largest = 1;
  if (found == users_.end()) return largest;
  for (const auto& held : found->second.loaded) largest = std::max(largest, bookings_.at(held).quantity);
  return largest;
}

std::vector<BookingId> EventState::live() const {
  std::vector<BookingId> ids;
  ids.reserve(bookings_.size());
  for (const auto& entry : bookings_) ids.push_back(entry.first);
  return ids;
}

void EventState::clear() {
  admitted_.clear();
  bookings_.clear();
  users_.clear();
  for (auto& pool : pools) pool.clear();
}

int newest_needed(UserId user, std::span<const Command* const> commands) {
  const auto cancels = [&](const Command* it) {
    return it->user == user && std::holds_alternative<Cancel>(it->action);
  };
  return static_cast<int>(std::count_if(commands.begin(), commands.end(), cancels));
}

namespace {

// What the seats of a pool could be after any of the changes so far, carried out or refused.
class PossibleSeats {
 public:
  explicit PossibleSeats(const SeatPool& pool)
      : capacity_{pool.capacity_to_be(), pool.capacity_to_be()},
        held_back_{pool.held_back, pool.held_back},
        fewest_(pool.capacity - pool.held_back) {}

  // The most seats that the change could make free, and the fewest that there could be after it.
  struct After {
    int freed;
    int fewest;
  };
  After change(std::optional<int> capacity, std::optional<int> held_back) {
    const auto [capacity_low, capacity_high] = with(capacity_, capacity);
    const auto [held_back_low, held_back_high] = with(held_back_, held_back);
    const After after{capacity_high - held_back_low - fewest_, std::max(0, capacity_low - held_back_high)};
    fewest_ = std::min(fewest_, after.fewest);
    return after;
  }

 private:
  using Range = std::pair<int, int>;
  // The range that the change itself sees; and the one that is seen from then on.
  static Range with(Range& seen, std::optional<int> value) {
    if (!value) return seen;
    seen = {std::min(seen.first, *value), std::max(seen.second, *value)};
    return {*value, *value};
  }
  Range capacity_, held_back_;
  int fewest_;
};

}  // namespace

LineNeeded line_needed(const EventState& state, const SeatPool& pool, std::span<const Command* const> commands) {
  LineNeeded needed;
  if (pool.waiting_entries == 0) return needed;
  std::int64_t seats = pool.available;
  PossibleSeats possible(pool);
  int largest_booked = 1;  // in the batch itself, and perhaps cancelled in it
  for (const auto* command : commands) {
    if (const auto* book = std::get_if<Book>(&command->action))
      largest_booked = std::max(largest_booked, book->quantity);
  }
  const auto ends_misfits = [&](int above) {
    if (above >= kQuantityMax) return;
    needed.gone += state.promoted_at_once;
    auto& all = needed.misfits_above;
    if (std::find(all.begin(), all.end(), above) == all.end()) all.push_back(above);
  };
  const auto change_seats = [&](std::optional<int> capacity, std::optional<int> held_back) {
    const auto [freed, fewest] = possible.change(capacity, held_back);
    seats += std::clamp(freed, 0, state.promoted_at_once);
    ends_misfits(fewest);
  };
  for (const auto* command : commands) {
    const auto* named = command->booking() ? state.find(*command->booking()) : nullptr;
    if (named != nullptr && named->pool != pool.id) continue;
    if (std::holds_alternative<Cancel>(command->action)) {
      seats += std::max(largest_booked, state.largest_of(command->user));
      ++needed.gone;
    }
    // Of a booking that the batch itself makes it is not known yet who serves it: any size that it may have.
    if (const auto* confirm = std::get_if<Confirm>(&command->action); confirm != nullptr && confirm->quantity) {
      const auto* held = state.find(confirm->booking);
      seats += held != nullptr ? held->quantity : largest_booked;
    }
    if (std::holds_alternative<UpdateBooking>(command->action)) ++needed.gone;
    if (std::holds_alternative<Settle>(command->action)) {
      if (pool.growing_to) seats += state.promoted_at_once;
      for (const auto& booking : state.overdue(command->accepted_at))
        seats += booking.pool == pool.id ? booking.quantity : 0;
      if (pool.has_misfits) ends_misfits(pool.largest_wish());
    }
    const auto* update = std::get_if<UpdateEvent>(&command->action);
    if (update != nullptr && update->changes.total_tickets && state.pools.size() == 1)
      change_seats(update->changes.total_tickets, {});
    const auto* set = std::get_if<SetPool>(&command->action);
    if (set != nullptr && set->pool == pool.id && (set->changes.capacity || set->changes.held_back))
      change_seats(set->changes.capacity, set->changes.held_back);
  }
  // Single tickets pass nobody, and a cancel hands on one seat or takes one of the loaded out, not both.
  const bool groups = state.edition > 1 || largest_booked > 1;
  if (!groups) needed = {};
  needed.seats = static_cast<int>(std::min<std::int64_t>(seats, pool.waiting_tickets));
  needed.head = std::min(needed.seats + (groups ? needed.gone + 1 : 0), pool.waiting_entries);
  return needed;
}

}  // namespace ticketd::domain
