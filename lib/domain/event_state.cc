#include "domain/event_state.h"

#include <algorithm>
#include <array>
#include <utility>

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

std::optional<BookingState> parse_booking_state(std::string_view name) {
  for (std::size_t i = 0; i < kStates.size(); ++i) {
    if (kStates.at(i) == name) return static_cast<BookingState>(i);
  }
  return std::nullopt;
}

bool EventState::insert(const Booking& booking) {
  if (!bookings_.emplace(booking.id, booking).second) return false;
  users_[booking.user].loaded.push_back(booking.id);
  return true;
}

void EventState::add(const Booking& booking) {
  if (!insert(booking)) return;
  auto& holding = users_[booking.user].holding;
  holding.live += booking.quantity;
  holding.slots.set(static_cast<std::size_t>(booking.slot));
  if (booking.quantity > 1) edition = std::max(edition, 2);
  if (booking.state == BookingState::held) edition = std::max(edition, 3);
  if (booking.state == BookingState::waitlisted) {
    holding.waiting += booking.quantity;
    pool.join(booking.seq, {booking.id, booking.quantity, booking.accept_fewer});
  } else {
    pool.available -= booking.quantity;
  }
}

void EventState::hold(UserId user, const Holding& holding) { users_[user].holding = holding; }

void EventState::load(const Booking& booking) {
  if (insert(booking) && booking.state == BookingState::waitlisted)
    pool.load(booking.seq, {booking.id, booking.quantity, booking.accept_fewer});
}

void EventState::remove(BookingId gone) {
  const auto found = bookings_.find(gone);
  if (found == bookings_.end()) return;
  const auto& booking = found->second;
  auto& [holding, loaded] = users_[booking.user];
  holding.live -= booking.quantity;
  holding.slots.reset(static_cast<std::size_t>(booking.slot));
  if (booking.state == BookingState::waitlisted) {
    holding.waiting -= booking.quantity;
    pool.leave(booking.seq);
  } else {
    pool.available += booking.quantity;
  }
  std::erase(loaded, gone);
  bookings_.erase(found);
}

void EventState::give_back(BookingId of, int quantity) {
  auto& booking = bookings_.at(of);
  auto& holding = users_[booking.user].holding;
  booking.quantity -= quantity;
  holding.live -= quantity;
  if (booking.state == BookingState::waitlisted) {
    holding.waiting -= quantity;
    pool.change(booking.seq, {of, booking.quantity, booking.accept_fewer});
  } else {
    pool.available += quantity;
  }
}

void EventState::set_accept_fewer(BookingId of, std::optional<Remainder> accept_fewer) {
  auto& booking = bookings_.at(of);
  booking.accept_fewer = accept_fewer;
  pool.change(booking.seq, {of, booking.quantity, accept_fewer});
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
  for (const auto& [seq, served_id, seats, missing, rest] : pool.settle(saves(now))) {
    auto& booking = bookings_.at(served_id);
    auto& holding = users_[booking.user].holding;
    seat(booking, served_id == booked ? hold_until(now) : offer_until(now));
    if (booking.state == BookingState::held) edition = std::max(edition, 3);
    booking.quantity = seats;
    holding.waiting -= seats + missing;
    holding.live -= missing;
    auto& served = all.emplace_back(Served{booking, missing});
    if (!rest) continue;
    const int slot = lowest_free(holding);
    if (slot == 0) {  // all are taken by bookings that ended a moment ago (bulk changes): the rest ends, too
      pool.leave(seq + 1);
      continue;
    }
    served.rest =
        Booking{rest->booking, booking.user, BookingState::waitlisted, seq + 1, slot, missing, rest->accept_fewer};
    holding.live += missing;
    holding.waiting += missing;
    holding.slots.set(static_cast<std::size_t>(served.rest->slot));
    insert(*served.rest);  // the pool has it in its line already
  }
  saved = pool.is_saved(saves(now));
  return all;
}

void EventState::set_total(int total) {
  growing_to.reset();
  const int before = pool.capacity;
  pool.capacity = total;
  if (total - before > promoted_at_once && pool.waiting_entries > promoted_at_once) {
    pool.capacity = before + promoted_at_once;
    growing_to = total;
  }
  pool.available += pool.capacity - before;
}

std::vector<Booking> EventState::end_misfits() {
  std::vector<Booking> ended;
  has_misfits = false;
  if (capacity_to_be() >= kQuantityMax) return ended;
  for (const auto& [seq, entry] : pool.line()) {
    if (entry.quantity <= capacity_to_be()) continue;
    has_misfits = static_cast<int>(ended.size()) == promoted_at_once;
    if (has_misfits) break;
    ended.push_back(bookings_.at(entry.booking));
  }
  for (const auto& booking : ended) remove(booking.id);
  return ended;
}

void EventState::close_line() {
  line_closed_before = next_seq;
  has_misfits = false;
  for (auto& entry : users_) entry.second.holding.live -= std::exchange(entry.second.holding.waiting, 0);
  for (const auto& [seq, entry] : pool.line()) {
    std::erase(users_[bookings_.at(entry.booking).user].loaded, entry.booking);
    bookings_.erase(entry.booking);
  }
  pool.close();
}

void EventState::cancel_all() {
  clear();
  pool.close();
  pool.available = pool.capacity;
  has_misfits = saved = false;
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
  bookings_.clear();
  users_.clear();
  pool.clear();
}

int newest_needed(UserId user, std::span<const Command* const> commands) {
  const auto cancels = [&](const Command* it) {
    return it->user == user && std::holds_alternative<Cancel>(it->action);
  };
  return static_cast<int>(std::count_if(commands.begin(), commands.end(), cancels));
}

LineNeeded line_needed(const EventState& state, std::span<const Command* const> commands) {
  LineNeeded needed;
  if (state.pool.waiting_entries == 0) return needed;
  std::int64_t seats = state.pool.available;
  int total = state.pool.capacity;
  int largest_booked = 1;  // in the batch itself, and perhaps cancelled in it
  for (const auto* command : commands) {
    if (const auto* book = std::get_if<Book>(&command->action))
      largest_booked = std::max(largest_booked, book->quantity);
  }
  const auto ends_misfits = [&](int capacity) {
    if (capacity >= kQuantityMax) return;
    needed.gone += state.promoted_at_once;
    needed.misfits_above = std::min(needed.misfits_above.value_or(capacity), capacity);
  };
  for (const auto* command : commands) {
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
      if (state.growing_to) seats += state.promoted_at_once;
      for (const auto& booking : state.overdue(command->accepted_at)) seats += booking.quantity;
      if (state.has_misfits) ends_misfits(state.capacity_to_be());
    }
    const auto* update = std::get_if<UpdateEvent>(&command->action);
    if (update != nullptr && update->changes.total_tickets) {
      seats += std::clamp(*update->changes.total_tickets - total, 0, state.promoted_at_once);
      total = std::min(total, *update->changes.total_tickets);
      ends_misfits(*update->changes.total_tickets);
    }
  }
  // Single tickets pass nobody, and a cancel hands on one seat or takes one of the loaded out, not both.
  const bool groups = state.edition > 1 || largest_booked > 1;
  if (!groups) needed = {};
  needed.seats = static_cast<int>(std::min<std::int64_t>(seats, state.pool.waiting_tickets));
  needed.head = std::min(needed.seats + (groups ? needed.gone + 1 : 0), state.pool.waiting_entries);
  return needed;
}

}  // namespace ticketd::domain
