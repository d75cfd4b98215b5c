#include "domain/decide.h"

#include "base/overloaded.h"

namespace ticketd::domain {
namespace {

using Facts = std::vector<Fact>;

// Free seats go to the waiting list until one of the two is used up.
void settle(EventState& state, Facts& facts) {
  while (state.available_tickets > 0 && state.waiting_count > 0) {
    const Booking* promoted = state.promote_first();
    if (promoted == nullptr)
      break;  // the loaded part is shorter than seats_freed_at_most said: storage refuses to save it
    --state.available_tickets;
    --state.waiting_count;
    facts.emplace_back(Promoted{*promoted});
  }
}

Facts book(EventState& state, const Command& command, const Book& wish) {
  const auto rejected = [&](Reason reason) { return Facts{Rejected{reason, wish.booking}}; };
  if (state.status == EventStatus::cancelled) return rejected(Reason::event_cancelled);
  if (command.accepted_at >= state.ends_at) return rejected(Reason::event_over);
  const int slot = state.free_slot(command.user);
  if (slot == 0) return rejected(Reason::limit_reached);

  Booking booking{wish.booking, command.user, BookingState::confirmed, state.next_seq++, slot};
  if (state.available_tickets > 0) {
    --state.available_tickets;
    state.add(booking);
    return {Booked{booking}};
  }
  booking.state = BookingState::waitlisted;
  state.add(booking);
  return {Waitlisted{booking, ++state.waiting_count}};
}

Facts cancel(EventState& state, const Command& command, const Cancel& wish) {
  const Booking* found = wish.booking ? state.find(*wish.booking) : state.newest_of(command.user);
  if (found == nullptr || found->user != command.user) return {NothingToCancel{}};
  Booking booking = *found;
  state.remove(booking.id);
  if (booking.state == BookingState::confirmed) {
    ++state.available_tickets;
  } else {
    --state.waiting_count;
  }
  booking.state = BookingState::cancelled;

  Facts facts = {Cancelled{booking}};
  settle(state, facts);
  return facts;
}

Facts update(EventState& state, const Command& command, const EventChanges& changes) {
  if (state.owner != command.user) return {Rejected{Reason::not_event_owner, {}}};
  if (state.status == EventStatus::cancelled) return {Rejected{Reason::event_cancelled, {}}};
  const int total = changes.total_tickets.value_or(state.total_tickets);
  if (total < state.confirmed()) return {Rejected{Reason::capacity_below_confirmed, {}}};
  const auto starts_at = changes.starts_at.value_or(state.starts_at);
  const auto ends_at = changes.ends_at.value_or(state.ends_at);
  if (ends_at <= starts_at) return {Rejected{Reason::ends_before_start, {}}};

  state.available_tickets += total - state.total_tickets;
  state.total_tickets = total;
  if (changes.title) state.title = *changes.title;
  state.starts_at = starts_at;
  state.ends_at = ends_at;
  if (changes.max_per_user) state.max_per_user = *changes.max_per_user;

  Facts facts = {EventUpdated{}};
  settle(state, facts);
  return facts;
}

Facts remove(EventState& state, const Command& command) {
  if (state.owner != command.user) return {Rejected{Reason::not_event_owner, {}}};
  if (state.status == EventStatus::cancelled) return {Rejected{Reason::event_cancelled, {}}};
  state.status = EventStatus::cancelled;
  state.available_tickets = state.total_tickets;
  state.waiting_count = 0;
  state.clear();
  return {EventDeleted{}};
}

}  // namespace

std::vector<Fact> decide(EventState& state, const Command& command) {
  return std::visit(Overloaded{
                        [&](const Book& wish) { return book(state, command, wish); },
                        [&](const Cancel& wish) { return cancel(state, command, wish); },
                        [&](const UpdateEvent& wish) { return update(state, command, wish.changes); },
                        [&](const DeleteEvent&) { return remove(state, command); },
                    },
                    command.action);
}

Fact no_such_event(const Command& command) {
  if (std::holds_alternative<Cancel>(command.action)) return NothingToCancel{};
  return Rejected{Reason::event_not_found, {}};
}

}  // namespace ticketd::domain
