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
  for (auto& pool : state.pools) pool.saved = pool.has_misfits = false;
  if (state.waiting_entries() == 0) return;
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
  if (std::holds_alternative<Waitlisted>(facts.front()))  // it is the last one
    facts.front() = Waitlisted{booking, state.pool(booking.pool).waiting_entries, state.pools.size() > 1};
  return facts;
}

Facts book(EventState& state, const Command& command, const Book& wish) {
  const auto rejected = [&](Reason reason) { return Facts{Rejected{reason, wish.booking}}; };
  if (state.status != EventStatus::open) return rejected(Reason::event_cancelled);
  if (state.is_over(command.accepted_at)) return rejected(Reason::event_over);
  const auto* type = state.bookable(wish.type);
  if (type == nullptr) return rejected(Reason::ticket_type_not_found);
  for (const auto& sales : {state.sales, type->sales}) {
    if (sales.is_before(command.accepted_at)) return rejected(Reason::sale_not_started);
    if (sales.is_after(command.accepted_at)) return rejected(Reason::sale_ended);
  }
  if (wish.quantity > std::min(state.max_per_booking, type->max_per_booking.value_or(kQuantityMax)))
    return rejected(Reason::limit_reached);
  const int slot = state.free_slot(command.user, wish.quantity);
  if (slot == 0) return rejected(Reason::limit_reached);
  if (!type->has_room_for(wish.quantity)) return rejected(Reason::type_limit_reached);
  const auto& pool = state.pool(type->pool);
  if (wish.quantity > pool.largest_wish()) return rejected(Reason::never_fits);

  Booking booking{wish.booking, command.user,  BookingState::confirmed, state.next_seq,
                  slot,         wish.quantity, wish.accept_fewer,       {},
                  pool.id,      type->id};
  const bool fits = wish.quantity <= pool.available;
  const bool line_is_over = state.line_is_over(command.accepted_at);
  if (line_is_over && !fits) return rejected(Reason::line_closed);
  state.next_seq += wish.quantity;
  if (line_is_over) {
    Facts facts = {Booked{booking}};
    close_line(state, command.accepted_at, facts);
    state.add(booking);
    return facts;
  }
  if (pool.waiting_entries == 0 && fits) {
    state.seat_new(booking, command.accepted_at);
    state.add(booking);
    return {Booked{booking}};
  }
  booking.state = BookingState::waitlisted;
  state.add(booking);
  return joined(state, booking, command.accepted_at);
}

void end_misfits(EventState& state, SeatPool& pool, Time now, Facts& facts) {
  if (state.line_is_over(now)) return;  // the whole line closes
  for (auto& booking : state.end_misfits(pool)) {
    booking.state = BookingState::cancelled;
    facts.emplace_back(NeverFits{booking});
  }
}

Facts give_back(EventState& state, const Command& command, BookingId of, const TicketNumbers& tickets) {
  state.give_back(of, tickets);
  Facts facts = {BookingChanged{*state.find(of), static_cast<int>(tickets.count())}};
  settle(state, command.accepted_at, facts);
  return facts;
}

// Where they are not named the highest go, of those with which nobody was admitted if there are enough.
TicketNumbers leaving(const Cancel& wish, const TicketNumbers& tickets, const TicketNumbers& admitted) {
  if (wish.tickets) return tickets & *wish.tickets;
  const auto count = static_cast<std::size_t>(wish.quantity.value_or(kQuantityMax));
  const auto free = tickets & ~admitted;
  return count < tickets.count() && count <= free.count() ? highest_of(free, *wish.quantity) : tickets;
}

Facts cancel(EventState& state, const Command& command, const Cancel& wish) {
  const Booking* found = wish.booking ? state.find(*wish.booking) : state.newest_of(command.user);
  if (found == nullptr || found->user != command.user) return {NothingToCancel{}};
  Booking booking = *found;
  const auto tickets = numbers_of(booking);
  const auto admitted = state.admitted_with(booking.id);
  const auto given_back = leaving(wish, tickets, admitted);
  if (given_back.none()) return {NothingToCancel{}};
  if ((given_back & admitted).any()) return {Rejected{Reason::ticket_admitted, {}}};
  if (given_back != tickets) return give_back(state, command, booking.id, given_back);
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
  const int given_back = found->quantity - wish.quantity.value_or(found->quantity);
  if (given_back < 0) return rejected(Reason::limit_reached);
  auto accept_fewer = found->accept_fewer;
  if (wish.remainder) {
    accept_fewer = wish.remainder;
  } else if (wish.accept_fewer) {
    accept_fewer = *wish.accept_fewer ? accept_fewer.value_or(Remainder::keep) : std::optional<Remainder>();
  }
  state.set_accept_fewer(found->id, accept_fewer);
  return give_back(state, command, found->id, highest_of(numbers_of(*found), given_back));
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
  state.give_back(wish.booking, highest_of(numbers_of(*found), given_back));
  const Booking& booking = *state.find(wish.booking);
  Facts facts = {HoldConfirmed{booking, given_back}};
  if (booking.user != command.user) facts.emplace_back(OrganiserConfirmed{booking});
  settle(state, command.accepted_at, facts);
  return facts;
}

// Why the command's user may change nothing about the event, if so.
std::optional<Reason> owners_refusal(const EventState& state, const Command& command) {
  if (state.owner != command.user) return Reason::not_event_owner;
  if (state.status != EventStatus::open) return Reason::event_cancelled;
  return std::nullopt;
}

// What follows from a change of the pool's seats, or of the event's rules.
void settle_changed(EventState& state, SeatPool* reseated, Time now, Facts& facts) {
  if (reseated != nullptr) end_misfits(state, *reseated, now, facts);
  settle(state, now, facts);
  if (state.goes_on()) facts.emplace_back(EventGrew{});
}

Facts update(EventState& state, const Command& command, const EventChanges& changes) {
  if (const auto no = owners_refusal(state, command)) return {Rejected{*no, {}}};
  auto& pool = state.pools.front();
  if (changes.total_tickets && state.pools.size() > 1) return {Rejected{Reason::event_has_pools, {}}};
  const int total = changes.total_tickets.value_or(pool.capacity);
  if (total - pool.held_back < pool.taken()) return {Rejected{Reason::capacity_below_confirmed, {}}};
  const auto starts_at = changes.starts_at.value_or(state.starts_at);
  const auto ends_at = changes.ends_at.value_or(state.ends_at);
  if (ends_at <= starts_at) return {Rejected{Reason::ends_before_start, {}}};
  if (state.is_forgotten && (starts_at != state.starts_at || ends_at != state.ends_at))
    return {Rejected{Reason::event_over, {}}};

  const auto location = changes.location.value_or(state.location);
  const bool moved = starts_at != state.starts_at || ends_at != state.ends_at || location != state.location;

  if (changes.total_tickets) pool.set_seats(total, pool.held_back, state.promoted_at_once);
  if (changes.title) state.title = *changes.title;
  state.location = location;
  state.starts_at = starts_at;
  state.ends_at = ends_at;
  apply(changes.rules, state);
  if (state.hold_minutes > 0 || state.line_ends_at() != state.ends_at) state.edition = std::max(state.edition, 3);
  if (state.sales != SalesWindow{}) state.own_pools();

  Facts facts = {EventUpdated{}};
  if (moved) facts.emplace_back(EventMoved{});
  settle_changed(state, changes.total_tickets ? &pool : nullptr, command.accepted_at, facts);
  return facts;
}

Facts set_pool(EventState& state, const Command& command, const SetPool& wish) {
  const auto rejected = [](Reason reason) { return Facts{Rejected{reason, {}}}; };
  if (const auto no = owners_refusal(state, command)) return rejected(*no);
  SeatPool before;
  const auto* found = state.find_pool(wish.pool);
  if (found == nullptr && state.pools.size() >= kPoolsMax) return rejected(Reason::too_many);
  if (found != nullptr) before = *found;
  const auto& [name, new_capacity, new_held_back, to] = wish.changes;
  const int capacity = new_capacity.value_or(before.capacity_to_be());
  const int held_back = new_held_back.value_or(before.held_back);
  if (capacity - held_back < before.taken()) return rejected(Reason::capacity_below_confirmed);
  if (state.seats_to_be() - before.capacity_to_be() + capacity > kSeatsMax) return rejected(Reason::too_many);
  const bool waits = before.waiting_entries > 0 && !state.line_is_over(command.accepted_at);
  if (to == ReleaseTo::everybody && waits) return rejected(Reason::line_not_empty);

  state.own_pools();
  if (found == nullptr) state.pools.emplace_back().id = wish.pool;
  auto& pool = state.pool(wish.pool);
  const bool reseated = new_capacity || new_held_back;
  if (reseated) pool.set_seats(capacity, held_back, state.promoted_at_once);
  Facts facts = {EventUpdated{}};
  settle_changed(state, reseated ? &pool : nullptr, command.accepted_at, facts);
  return facts;
}

Facts set_ticket_type(EventState& state, const Command& command, const SetTicketType& wish) {
  const auto rejected = [](Reason reason) { return Facts{Rejected{reason, {}}}; };
  if (const auto no = owners_refusal(state, command)) return rejected(*no);
  const auto* found = state.find_type(wish.type);
  if (found == nullptr && state.types.size() >= kTicketTypesMax) return rejected(Reason::too_many);
  auto type = found != nullptr ? *found : TicketType{.id = wish.type, .pool = state.pools.front().id};
  const auto pool_before = type.pool;
  apply(wish.changes, type);
  if (state.find_pool(type.pool) == nullptr) return rejected(Reason::pool_not_found);
  if (type.pool != pool_before && type.live > 0) return rejected(Reason::type_has_bookings);
  if (type.sales.start && type.sales.is_after(*type.sales.start)) return rejected(Reason::ends_before_start);

  state.own_pools();
  if (found != nullptr) {  // they may have been counted just now
    type.live = found->live;
    type.waiting = found->waiting;
  }
  std::erase_if(state.types, [&](const auto& it) { return it.id == wish.type; });
  const auto order = [](const auto& it) { return std::pair(it.position, it.id); };
  const auto place =
      std::find_if(state.types.begin(), state.types.end(), [&](const auto& it) { return order(type) < order(it); });
  state.types.insert(place, type);
  return {EventUpdated{}};
}

Facts remove(EventState& state, const Command& command) {
  if (const auto no = owners_refusal(state, command)) return {Rejected{*no, {}}};
  for (auto& pool : state.pools) pool.growing_to.reset();
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

std::vector<PoolId> saved_pools(const EventState& state) {
  std::vector<PoolId> saved;
  for (const auto& pool : state.pools) {
    if (pool.saved) saved.push_back(pool.id);
  }
  return saved;
}

Facts settle_what_is_due(EventState& state, const Command& command) {
  Facts facts;
  const bool went_on = state.goes_on();
  const auto saved_before = saved_pools(state);
  for (auto& booking : state.overdue(command.accepted_at)) {
    state.remove(booking.id);
    booking.state = BookingState::cancelled;
    facts.emplace_back(HoldExpired{booking});
  }
  for (auto& pool : state.pools) {
    pool.grow(state.promoted_at_once);
    if (pool.has_misfits) end_misfits(state, pool, command.accepted_at, facts);
  }
  settle(state, command.accepted_at, facts);
  if (went_on || saved_before != saved_pools(state)) facts.emplace_back(EventGrew{});
  return facts;
}

bool is_about_a_booking(const Command& command) {
  const auto kind = command.kind();
  return kind == CommandKind::book || kind == CommandKind::cancel || kind == CommandKind::update_booking ||
         kind == CommandKind::confirm;
}

}  // namespace

std::vector<Fact> decide(EventState& state, const Command& command) {
  // To its people it is as if it had never been: a retried command, or one that was left to another worker for days.
  if (state.is_forgotten && is_about_a_booking(command)) return {no_such_event(command)};
  return std::visit(Overloaded{
                        [&](const Book& wish) { return book(state, command, wish); },
                        [&](const Cancel& wish) { return cancel(state, command, wish); },
                        [&](const UpdateEvent& wish) { return update(state, command, wish.changes); },
                        [&](const DeleteEvent&) { return remove(state, command); },
                        [&](const UpdateBooking& wish) { return update_booking(state, command, wish); },
                        [&](const Confirm& wish) { return confirm(state, command, wish); },
                        [&](const SetPool& wish) { return set_pool(state, command, wish); },
                        [&](const SetTicketType& wish) { return set_ticket_type(state, command, wish); },
                        [&](const Settle&) { return settle_what_is_due(state, command); },
                    },
                    command.action);
}

Fact no_such_event(const Command& command) {
  if (std::holds_alternative<Cancel>(command.action)) return NothingToCancel{};
  return Rejected{Reason::event_not_found, {}};
}

}  // namespace ticketd::domain
