#include "domain/decide.h"

#include <array>

namespace ticketd::domain {
namespace {

constexpr std::array<std::string_view, 7> kOutcomes = {"confirmed",         "waitlisted", "rejected", "cancelled",
                                                       "nothing_to_cancel", "updated",    "deleted"};
constexpr std::array<std::string_view, 7> kReasons = {"limit_reached",    "event_over",      "event_cancelled",
                                                      "event_not_found",  "not_event_owner", "capacity_below_confirmed",
                                                      "ends_before_start"};

Decision rejected(Reason reason) {
  Decision decision;
  decision.outcome = Outcome::rejected;
  decision.reason = reason;
  return decision;
}

// Rule 5: free seats go to the line until one of the two is used up.
void fill_seats(EventState& state, Decision& decision) {
  while (state.available_tickets > 0 && state.waiting_count > 0) {
    const Booking* promoted = state.promote_first();
    if (promoted == nullptr)
      break;  // the line's loaded part is shorter than seats_freed_at_most said: storage refuses to save it
    --state.available_tickets;
    --state.waiting_count;
    decision.changes.push_back({BookingChange::Kind::promoted, *promoted});
  }
}

Decision book(EventState& state, const Command& command) {
  if (state.status == EventStatus::cancelled) return rejected(Reason::event_cancelled);
  if (command.accepted_at >= state.ends_at) return rejected(Reason::event_over);
  const int slot = state.free_slot(command.user);
  if (slot == 0) return rejected(Reason::limit_reached);

  Booking booking{*command.booking, command.user, BookingState::confirmed, state.next_seq++, slot};
  Decision decision;
  if (state.available_tickets > 0) {
    --state.available_tickets;
    decision.outcome = Outcome::confirmed;
  } else {
    booking.state = BookingState::waitlisted;
    decision.outcome = Outcome::waitlisted;
    decision.place = ++state.waiting_count;
  }
  state.add(booking);
  decision.booking = booking.id;
  decision.changes.push_back({BookingChange::Kind::added, booking});
  return decision;
}

Decision cancel(EventState& state, const Command& command) {
  const Booking* found = command.booking ? state.find(*command.booking) : state.newest_of(command.user);
  if (found == nullptr || found->user != command.user) {
    Decision decision;
    decision.outcome = Outcome::nothing_to_cancel;
    return decision;
  }
  Booking booking = *found;
  state.remove(booking.id);
  if (booking.state == BookingState::confirmed) {
    ++state.available_tickets;
  } else {
    --state.waiting_count;
  }
  booking.state = BookingState::cancelled;

  Decision decision;
  decision.outcome = Outcome::cancelled;
  decision.booking = booking.id;
  decision.changes.push_back({BookingChange::Kind::cancelled, booking});
  fill_seats(state, decision);
  return decision;
}

Decision update(EventState& state, const Command& command) {
  if (state.owner != command.user) return rejected(Reason::not_event_owner);
  if (state.status == EventStatus::cancelled) return rejected(Reason::event_cancelled);
  const auto& changes = command.changes;
  const int total = changes.total_tickets.value_or(state.total_tickets);
  if (total < state.confirmed()) return rejected(Reason::capacity_below_confirmed);
  const auto starts_at = changes.starts_at.value_or(state.starts_at);
  const auto ends_at = changes.ends_at.value_or(state.ends_at);
  if (ends_at <= starts_at) return rejected(Reason::ends_before_start);

  state.available_tickets += total - state.total_tickets;
  state.total_tickets = total;
  if (changes.title) state.title = *changes.title;
  state.starts_at = starts_at;
  state.ends_at = ends_at;
  if (changes.max_per_user) state.max_per_user = *changes.max_per_user;

  Decision decision;
  decision.outcome = Outcome::updated;
  fill_seats(state, decision);
  return decision;
}

Decision remove(EventState& state, const Command& command) {
  if (state.owner != command.user) return rejected(Reason::not_event_owner);
  if (state.status == EventStatus::cancelled) return rejected(Reason::event_cancelled);
  state.status = EventStatus::cancelled;
  state.available_tickets = state.total_tickets;
  state.waiting_count = 0;
  state.clear();

  Decision decision;
  decision.outcome = Outcome::deleted;
  decision.cancels_all = true;
  return decision;
}

}  // namespace

std::string_view name_of(Outcome outcome) { return kOutcomes.at(static_cast<std::size_t>(outcome)); }
std::string_view name_of(Reason reason) { return kReasons.at(static_cast<std::size_t>(reason)); }

Decision decide(EventState& state, const Command& command) {
  switch (command.kind) {
    case CommandKind::book: return book(state, command);
    case CommandKind::cancel: return cancel(state, command);
    case CommandKind::update_event: return update(state, command);
    case CommandKind::delete_event: return remove(state, command);
  }
  return rejected(Reason::event_not_found);
}

Decision no_such_event(const Command& command) {
  if (command.kind != CommandKind::cancel) return rejected(Reason::event_not_found);
  Decision decision;
  decision.outcome = Outcome::nothing_to_cancel;
  return decision;
}

}  // namespace ticketd::domain
