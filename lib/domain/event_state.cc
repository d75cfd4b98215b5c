#include "domain/event_state.h"

#include <algorithm>
#include <array>
#include <utility>

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, kBookingStates> kStates = {"confirmed", "waitlisted", "cancelled", "rejected"};

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
  if (booking.state == BookingState::waitlisted) waiting_list_.emplace(booking.seq, booking.id);
  return true;
}

void EventState::add(const Booking& booking) {
  if (!insert(booking)) return;
  auto& holding = users_[booking.user].holding;
  ++holding.live;
  if (booking.state == BookingState::waitlisted) ++holding.waiting;
  holding.slots.set(static_cast<std::size_t>(booking.slot));
}

void EventState::hold(UserId user, const Holding& holding) { users_[user].holding = holding; }

void EventState::load(const Booking& booking) { insert(booking); }

void EventState::remove(BookingId booking) {
  const auto found = bookings_.find(booking);
  if (found == bookings_.end()) return;
  auto& [holding, loaded] = users_[found->second.user];
  --holding.live;
  if (waiting_list_.erase(found->second.seq) > 0) --holding.waiting;
  holding.slots.reset(static_cast<std::size_t>(found->second.slot));
  std::erase(loaded, booking);
  bookings_.erase(found);
}

const Booking* EventState::promote_first() {
  if (waiting_list_.empty()) return nullptr;
  auto& booking = bookings_.at(waiting_list_.begin()->second);
  waiting_list_.erase(waiting_list_.begin());
  booking.state = BookingState::confirmed;
  --users_[booking.user].holding.waiting;
  return &booking;
}

void EventState::set_total(int total) {
  growing_to.reset();
  const int before = total_tickets;
  total_tickets = total;
  if (total - before > promoted_at_once && waiting_count > promoted_at_once) {
    total_tickets = before + promoted_at_once;
    growing_to = total;
  }
  available_tickets += total_tickets - before;
}

void EventState::close_line() {
  line_closed_before = next_seq;
  waiting_count = 0;
  for (auto& entry : users_) entry.second.holding.live -= std::exchange(entry.second.holding.waiting, 0);
  for (const auto& [seq, booking] : waiting_list_) {
    std::erase(users_[bookings_.at(booking).user].loaded, booking);
    bookings_.erase(booking);
  }
  waiting_list_.clear();
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

int EventState::free_slot(UserId user) const {
  const auto found = users_.find(user);
  if (found == users_.end()) return 1;
  const auto& holding = found->second.holding;
  // The limit may have been lowered since: counting comes first, for a low slot can be free while higher ones are
  // taken.
  if (holding.live >= max_per_user) return 0;
  for (int slot = 1; slot <= kSlots; ++slot) {
    if (!holding.slots.test(static_cast<std::size_t>(slot))) return slot;
  }
  return 0;
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
  waiting_list_.clear();
}

int newest_needed(UserId user, std::span<const Command* const> commands) {
  const auto cancels = [&](const Command* it) {
    return it->user == user && std::holds_alternative<Cancel>(it->action);
  };
  return static_cast<int>(std::count_if(commands.begin(), commands.end(), cancels));
}

int seats_freed_at_most(const EventState& state, std::span<const Command* const> commands) {
  std::int64_t freed = 0;
  int total = state.total_tickets;
  for (const auto* command : commands) {
    // A cancel frees one seat, or takes one of the loaded head out of the list: either way it uses up one of them.
    if (std::holds_alternative<Cancel>(command->action)) ++freed;
    if (std::holds_alternative<Settle>(command->action) && state.growing_to) freed += state.promoted_at_once;
    const auto* update = std::get_if<UpdateEvent>(&command->action);
    if (update != nullptr && update->changes.total_tickets) {
      freed += std::clamp(*update->changes.total_tickets - total, 0, state.promoted_at_once);
      total = std::min(total, *update->changes.total_tickets);
    }
  }
  return static_cast<int>(std::min<std::int64_t>(freed, state.waiting_count));
}

}  // namespace ticketd::domain
