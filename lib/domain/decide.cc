#include "domain/decide.h"

#include <chrono>

#include "base/overloaded.h"

namespace ticketd::domain {
namespace {

using Facts = std::vector<Fact>;

// Who waited for an event that ended longer ago does not care any more.
constexpr std::chrono::hours kStillNews{24};

void close_line(EventState& state, Time now, Facts& facts) {
  if (state.waiting_count == 0) return;
  state.close_line();
  facts.emplace_back(LineClosed{now - state.ends_at < kStillNews});
}

// Free seats go to the waiting list until one of the two is used up; after the end to nobody.
void settle(EventState& state, Time now, Facts& facts) {
  if (state.is_over(now)) return close_line(state, now, facts);
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
  if (state.status != EventStatus::open) return rejected(Reason::event_cancelled);
  if (state.is_over(command.accepted_at)) return rejected(Reason::event_over);
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
  settle(state, command.accepted_at, facts);
  return facts;
}

Facts update(EventState& state, const Command& command, const EventChanges& changes) {
  if (state.owner != command.user) return {Rejected{Reason::not_event_owner, {}}};
  if (state.status != EventStatus::open) return {Rejected{Reason::event_cancelled, {}}};
  const int total = changes.total_tickets.value_or(state.total_tickets);
  if (total < state.confirmed()) return {Rejected{Reason::capacity_below_confirmed, {}}};
  const auto starts_at = changes.starts_at.value_or(state.starts_at);
  const auto ends_at = changes.ends_at.value_or(state.ends_at);
  if (ends_at <= starts_at) return {Rejected{Reason::ends_before_start, {}}};

  const auto location = changes.location.value_or(state.location);
  const bool moved = starts_at != state.starts_at || ends_at != state.ends_at || location != state.location;

  if (changes.total_tickets) state.set_total(total);
  if (changes.title) state.title = *changes.title;
  state.location = location;
  state.starts_at = starts_at;
  state.ends_at = ends_at;
  if (changes.max_per_user) state.max_per_user = *changes.max_per_user;

  Facts facts = {EventUpdated{}};
  if (state.growing_to) facts.emplace_back(EventGrew{});
  if (moved) facts.emplace_back(EventMoved{});
  settle(state, command.accepted_at, facts);
  return facts;
}

Facts remove(EventState& state, const Command& command) {
  if (state.owner != command.user) return {Rejected{Reason::not_event_owner, {}}};
  if (state.status != EventStatus::open) return {Rejected{Reason::event_cancelled, {}}};
  state.growing_to.reset();
  if (state.is_over(command.accepted_at)) {
    state.status = EventStatus::removed;
    Facts facts = {EventDeleted{.was_over = true}};
    close_line(state, command.accepted_at, facts);
    return facts;
  }
  state.status = EventStatus::cancelled;
  state.available_tickets = state.total_tickets;
  state.waiting_count = 0;
  state.clear();
  return {EventDeleted{}};
}

Facts settle_what_is_due(EventState& state, const Command& command) {
  Facts facts;
  if (state.growing_to) {
    state.set_total(*state.growing_to);
    facts.emplace_back(EventGrew{});
  }
  settle(state, command.accepted_at, facts);
  return facts;
}

}  // namespace

std::vector<Fact> decide(EventState& state, const Command& command) {
  return std::visit(Overloaded{
                        [&](const Book& wish) { return book(state, command, wish); },
                        [&](const Cancel& wish) { return cancel(state, command, wish); },
                        [&](const UpdateEvent& wish) { return update(state, command, wish.changes); },
                        [&](const DeleteEvent&) { return remove(state, command); },
                        [&](const Settle&) { return settle_what_is_due(state, command); },
                    },
                    command.action);
}

Fact no_such_event(const Command& command) {
  if (std::holds_alternative<Cancel>(command.action)) return NothingToCancel{};
  return Rejected{Reason::event_not_found, {}};
}

}  // namespace ticketd::domain
