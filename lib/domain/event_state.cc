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

void EventState::add(const Booking& booking) {
  if (!bookings_.emplace(booking.id, booking).second) return;
  of_user_[booking.user].push_back(booking.id);
  if (booking.state == BookingState::waitlisted) waiting_list_.emplace(booking.seq, booking.id);
}

void EventState::remove(BookingId booking) {
  const auto found = bookings_.find(booking);
  if (found == bookings_.end()) return;
  waiting_list_.erase(found->second.seq);
  std::erase(of_user_[found->second.user], booking);
  bookings_.erase(found);
}

const Booking* EventState::promote_first() {
  if (waiting_list_.empty()) return nullptr;
  auto& booking = bookings_.at(waiting_list_.begin()->second);
  waiting_list_.erase(waiting_list_.begin());
  booking.state = BookingState::confirmed;
  return &booking;
}

void EventState::close_line() {
  line_closed_before = next_seq;
  waiting_count = 0;
  while (!waiting_list_.empty()) {
    const auto booking = bookings_.at(waiting_list_.begin()->second);
    keep_slot(booking.user, booking.slot);
    remove(booking.id);
  }
}

const Booking* EventState::find(BookingId booking) const {
  const auto found = bookings_.find(booking);
  return found == bookings_.end() ? nullptr : &found->second;
}

const Booking* EventState::newest_of(UserId user) const {
  const auto found = of_user_.find(user);
  if (found == of_user_.end()) return nullptr;
  const Booking* newest = nullptr;
  for (const auto& held : found->second) {
    const auto& booking = bookings_.at(held);
    if (newest == nullptr || booking.seq > newest->seq) newest = &booking;
  }
  return newest;
}

void EventState::keep_slot(UserId user, int slot) { kept_slots_[user].push_back(slot); }

int EventState::free_slot(UserId user) const {
  static const std::vector<BookingId> kNone;
  static const std::vector<int> kNoneKept;
  const auto of_user = of_user_.find(user);
  const auto& held = of_user == of_user_.end() ? kNone : of_user->second;
  // The limit may have been lowered since: counting comes first, for a low slot can be free while higher ones are
  // taken.
  if (std::cmp_greater_equal(held.size(), max_per_user)) return 0;
  const auto of_kept = kept_slots_.find(user);
  const auto& kept = of_kept == kept_slots_.end() ? kNoneKept : of_kept->second;
  for (int slot = 1; slot <= kSlots; ++slot) {
    const auto has_slot = [&](BookingId booking) { return bookings_.at(booking).slot == slot; };
    if (std::none_of(held.begin(), held.end(), has_slot) && std::find(kept.begin(), kept.end(), slot) == kept.end())
      return slot;
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
  of_user_.clear();
  waiting_list_.clear();
  kept_slots_.clear();
}

int seats_freed_at_most(const EventState& state, std::span<const Command* const> commands) {
  std::int64_t freed = 0;
  int total = state.total_tickets;
  for (const auto* command : commands) {
    // A cancel frees one seat, or takes one of the loaded head out of the list: either way it uses up one of them.
    if (std::holds_alternative<Cancel>(command->action)) ++freed;
    const auto* update = std::get_if<UpdateEvent>(&command->action);
    if (update != nullptr && update->changes.total_tickets) {
      freed += std::max(0, *update->changes.total_tickets - total);
      total = std::min(total, *update->changes.total_tickets);
    }
  }
  return static_cast<int>(std::min<std::int64_t>(freed, state.waiting_count));
}

}  // namespace ticketd::domain
