#include "domain/decide.h"

#include <algorithm>
#include <chrono>

#include "base/overloaded.h"

namespace ticketd::domain {
namespace {

using Facts = std::vector<Fact>;

// Who waited in a line that closed longer ago does not care any more.
constexpr std::chrono::hours kStillNews{24};

void close_line(EventState& state, Time now, Facts& facts) {
  state.saved = false;
  if (state.pool.waiting_entries == 0) return;
  state.close_line();
  facts.emplace_back(LineClosed{now - state.line_ends_at() < kStillNews});
}

// Who is served by what is free, in `facts`; when the line is over nobody.
void settle(EventState& state, Time now, Facts& facts) {
  if (state.line_is_over(now)) return close_line(state, now, facts);
  for (const auto& [booking, missing, rest] : state.settle(now)) {
    facts.emplace_back(Promoted{booking, missing});
    if (rest) facts.emplace_back(RestWaits{*rest});
  }
}

// The booking that the command makes comes first, whoever else is served with it.
Facts joined(EventState& state, const Booking& booking, Time now) {
  Facts facts = {Waitlisted{}};
  for (const auto& [served, missing, rest] : state.settle(now, booking.id)) {
    if (served.id == booking.id) {
      facts.front() = Booked{served, missing};
    } else {
      facts.emplace_back(Promoted{served, missing});
    }
    if (rest) facts.emplace_back(RestWaits{*rest});
  }
  if (std::holds_alternative<Waitlisted>(facts.front()))
    facts.front() = Waitlisted{booking, state.pool.waiting_entries};  // it is the last one
  return facts;
}

Facts book(EventState& state, const Command& command, const Book& wish) {
  const auto rejected = [&](Reason reason) { return Facts{Rejected{reason, wish.booking}}; };
  if (state.status != EventStatus::open) return rejected(Reason::event_cancelled);
  if (state.is_over(command.accepted_at)) return rejected(Reason::event_over);
  if (wish.quantity > state.max_per_booking) return rejected(Reason::limit_reached);
  const int slot = state.free_slot(command.user, wish.quantity);
  if (slot == 0) return rejected(Reason::limit_reached);
  if (wish.quantity > state.capacity_to_be()) return rejected(Reason::never_fits);

  Booking booking{wish.booking, command.user,  BookingState::confirmed, state.next_seq,
                  slot,         wish.quantity, wish.accept_fewer};
  const bool fits = wish.quantity <= state.pool.available;
  const bool line_is_over = state.line_is_over(command.accepted_at);
  if (line_is_over && !fits) return rejected(Reason::line_closed);
  state.next_seq += wish.quantity;
  if (line_is_over) {
    Facts facts = {Booked{booking}};
    close_line(state, command.accepted_at, facts);
    state.add(booking);
    return facts;
  }
  if (state.pool.waiting_entries == 0 && fits) {
    state.seat_new(booking, command.accepted_at);
    state.add(booking);
    return {Booked{booking}};
  }
  booking.state = BookingState::waitlisted;
  state.add(booking);
  return joined(state, booking, command.accepted_at);
}

void end_misfits(EventState& state, Time now, Facts& facts) {
  if (state.line_is_over(now)) return;  // the whole line closes
  for (auto& booking : state.end_misfits()) {
    booking.state = BookingState::cancelled;
    facts.emplace_back(NeverFits{booking});
  }
}

// Is there more to do in later steps?
bool goes_on(const EventState& state) { return state.growing_to.has_value() || state.has_misfits; }

Facts give_back(EventState& state, const Command& command, Booking booking, int quantity) {
  state.give_back(booking.id, quantity);
  booking.quantity -= quantity;
  Facts facts = {BookingChanged{booking, quantity}};
  settle(state, command.accepted_at, facts);
  return facts;
}

Facts cancel(EventState& state, const Command& command, const Cancel& wish) {
  const Booking* found = wish.booking ? state.find(*wish.booking) : state.newest_of(command.user);
  if (found == nullptr || found->user != command.user) return {NothingToCancel{}};
  Booking booking = *found;
  if (wish.quantity && *wish.quantity < booking.quantity) return give_back(state, command, booking, *wish.quantity);
  state.remove(booking.id);
  booking.state = BookingState::cancelled;
  booking.held_until.reset();

  Facts facts = {Cancelled{booking}};
  settle(state, command.accepted_at, facts);
  return facts;
}

Facts update_booking(EventState& state, const Command& command, const UpdateBooking& wish) {
  const auto rejected = [](Reason reason) { return Facts{Rejected{reason, {}}}; };
  const Booking* found = state.find(wish.booking);
  if (found == nullptr || found->user != command.user || found->state != BookingState::waitlisted ||
      state.line_is_over(command.accepted_at))
    return rejected(Reason::not_waiting);
  Booking booking = *found;
  const int given_back = booking.quantity - wish.quantity.value_or(booking.quantity);
  if (given_back < 0) return rejected(Reason::limit_reached);
  if (wish.remainder) {
    booking.accept_fewer = wish.remainder;
  } else if (wish.accept_fewer) {
    booking.accept_fewer =
        *wish.accept_fewer ? booking.accept_fewer.value_or(Remainder::keep) : std::optional<Remainder>();
  }
  state.set_accept_fewer(booking.id, booking.accept_fewer);
  return give_back(state, command, booking, given_back);
}

Facts confirm(EventState& state, const Command& command, const Confirm& wish) {
  const auto rejected = [](Reason reason) { return Facts{Rejected{reason, {}}}; };
  const Booking* found = state.find(wish.booking);
  if (found == nullptr || found->state != BookingState::held) return rejected(Reason::not_held);
  const auto whose = state.confirmed_by == ConfirmedBy::attendee ? found->user : state.owner;
  if (command.user != whose) return rejected(Reason::not_yours_to_confirm);
  if (state.deadline_of(*found) <= command.accepted_at) return rejected(Reason::offer_expired);
  const int given_back = found->quantity - wish.quantity.value_or(found->quantity);
  if (given_back < 0) return rejected(Reason::limit_reached);
  state.confirm(wish.booking);
  state.give_back(wish.booking, given_back);
  const Booking& booking = *state.find(wish.booking);
  Facts facts = {HoldConfirmed{booking, given_back}};
  if (booking.user != command.user) facts.emplace_back(OrganiserConfirmed{booking});
  settle(state, command.accepted_at, facts);
  return facts;
}

Facts update(EventState& state, const Command& command, const EventChanges& changes) {
  if (state.owner != command.user) return {Rejected{Reason::not_event_owner, {}}};
  if (state.status != EventStatus::open) return {Rejected{Reason::event_cancelled, {}}};
  const int total = changes.total_tickets.value_or(state.pool.capacity);
  if (total < state.pool.confirmed()) return {Rejected{Reason::capacity_below_confirmed, {}}};
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
  state.max_per_user = changes.max_per_user.value_or(state.max_per_user);
  state.max_per_booking = changes.max_per_booking.value_or(state.max_per_booking);
  state.pool.max_skips = changes.max_skips.value_or(state.pool.max_skips);
  state.saving_stops_hours = changes.saving_stops_hours.value_or(state.saving_stops_hours);
  state.hold_minutes = changes.hold_minutes.value_or(state.hold_minutes);
  state.offer_minutes = changes.offer_minutes.value_or(state.offer_minutes);
  state.offer_stops_minutes = changes.offer_stops_minutes.value_or(state.offer_stops_minutes);
  state.confirmed_by = changes.confirmed_by.value_or(state.confirmed_by);
  state.line_closes = changes.line_closes.value_or(state.line_closes);
  if (state.hold_minutes > 0 || state.line_ends_at() != state.ends_at) state.edition = std::max(state.edition, 3);

  Facts facts = {EventUpdated{}};
  if (moved) facts.emplace_back(EventMoved{});
  if (changes.total_tickets) end_misfits(state, command.accepted_at, facts);
  settle(state, command.accepted_at, facts);
  if (goes_on(state)) facts.emplace_back(EventGrew{});
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
  state.cancel_all();
  return {EventDeleted{}};
}

Facts settle_what_is_due(EventState& state, const Command& command) {
  Facts facts;
  const bool went_on = goes_on(state);
  const bool was_saved = state.saved;
  for (auto& booking : state.overdue(command.accepted_at)) {
    state.remove(booking.id);
    booking.state = BookingState::cancelled;
    facts.emplace_back(HoldExpired{booking});
  }
  if (state.growing_to) state.set_total(*state.growing_to);
  if (state.has_misfits) end_misfits(state, command.accepted_at, facts);
  settle(state, command.accepted_at, facts);
  if (went_on || was_saved != state.saved) facts.emplace_back(EventGrew{});
  return facts;
}

}  // namespace

std::vector<Fact> decide(EventState& state, const Command& command) {
  return std::visit(Overloaded{
                        [&](const Book& wish) { return book(state, command, wish); },
                        [&](const Cancel& wish) { return cancel(state, command, wish); },
                        [&](const UpdateEvent& wish) { return update(state, command, wish.changes); },
                        [&](const DeleteEvent&) { return remove(state, command); },
                        [&](const UpdateBooking& wish) { return update_booking(state, command, wish); },
                        [&](const Confirm& wish) { return confirm(state, command, wish); },
                        [&](const Settle&) { return settle_what_is_due(state, command); },
                    },
                    command.action);
}

Fact no_such_event(const Command& command) {
  if (std::holds_alternative<Cancel>(command.action)) return NothingToCancel{};
  return Rejected{Reason::event_not_found, {}};
}

}  // namespace ticketd::domain
