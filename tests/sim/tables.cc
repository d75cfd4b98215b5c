#include "sim/tables.h"

#include <algorithm>
#include <functional>
#include <tuple>
#include <vector>

#include "base/overloaded.h"

namespace ticketd::sim {

using domain::Booking;
using domain::BookingState;

namespace {

bool is_live(const Booking& booking) { return domain::is_live(booking.state); }

// The newest of them, the newest that have seats, and the one that is named.
void load_cancelled(domain::EventState& state, const std::vector<const Booking*>& newest_first, int newest,
                    std::optional<BookingId> named) {
  int all = 0;
  int seated = 0;
  for (const auto* booking : newest_first) {
    const bool is_new = all++ < newest;
    const bool is_new_seat = booking->state != BookingState::waitlisted && seated++ < newest;
    if (is_new || is_new_seat || booking->id == named) state.load(*booking);
  }
}

// Of a row of seat_pools.
std::string violated_by(const domain::SeatPool& pool) {
  if (pool.capacity < 0 || pool.capacity > 1'000'000) return "seat_pools_capacity";
  if (pool.growing_to && *pool.growing_to <= pool.capacity) return "seat_pools_growing";
  if (pool.held_back < 0 || pool.available < 0 || pool.available + pool.held_back > pool.capacity)
    return "seat_pools_never_oversold";
  if (pool.waiting_entries < 0 || pool.waiting_tickets < pool.waiting_entries) return "seat_pools_waiting";
  if (pool.waiting_entries == 0 && pool.waiting_tickets > 0) return "seat_pools_waiting";
  if (pool.waiting_entries > 0 && pool.available >= 100) return "seat_pools_no_idle_seat";
  if (pool.saved && (pool.available == 0 || pool.waiting_entries == 0)) return "seat_pools_saved";
  return pool.served_past.size() > 100 ? "seat_pools_served_past" : "";
}

// Of a row of ticket_types.
std::string violated_by(const domain::TicketType& type) {
  if (type.limit && (*type.limit < 0 || *type.limit > 1'000'000)) return "ticket_types_tickets_max";
  if (type.max_per_booking && (*type.max_per_booking < 1 || *type.max_per_booking > 100))
    return "ticket_types_max_per_booking";
  if (type.sales.start && type.sales.end && *type.sales.end <= *type.sales.start) return "ticket_types_sales";
  return type.waiting < 0 || type.live < type.waiting ? "ticket_types_counts" : "";
}

// Of the event's own row, which has the sums of its pools.
std::string violated_by_event(const domain::EventState& event) {
  domain::SeatPool sums;
  bool saved = false;
  for (const auto& pool : event.pools) {
    sums.capacity += pool.capacity;
    sums.available += pool.available;
    sums.waiting_entries += pool.waiting_entries;
    sums.waiting_tickets += pool.waiting_tickets;
    saved = saved || pool.saved;
  }
  if (sums.available < 0 || sums.available > sums.capacity) return "events_never_oversold";
  if (sums.waiting_entries < 0) return "events_waiting_list_count";
  if (sums.waiting_tickets < sums.waiting_entries) return "events_waiting_more";
  if (sums.available > 0 && sums.waiting_entries > 0 && event.edition < domain::kEditionOfPools &&
      (event.edition == 1 || sums.available >= 100))
    return "events_no_idle_seat";
  if (saved && (sums.available == 0 || sums.waiting_entries == 0)) return "events_saved";
  const bool has_own = event.pools.size() > 1 || event.types.size() > 1 || event.sales.start || event.sales.end;
  if (has_own && event.edition < domain::kEditionOfPools) return "events_sales_edition";
  if (event.sales.start && event.sales.end && *event.sales.end <= *event.sales.start) return "events_sales";
  return event.pools.front().served_past.size() > 100 ? "events_served_past" : "";
}

}  // namespace

// Of a pool: the head, the first ones of each wish, and those that want too much.
std::vector<const Booking*> Tables::part_of_line(PoolId pool, const domain::LineNeeded& needed) const {
  std::map<std::int64_t, const Row*> line;
  for (const auto& [id, row] : rows_) {
    if (row.booking.pool == pool && state_of(row.booking) == BookingState::waitlisted)
      line.emplace(row.booking.seq, &row);
  }
  std::vector<const Booking*> part;
  int head = needed.head;
  std::map<int, int> misfits;  // of each number, so many are loaded already
  std::map<int, int> of_wish;
  for (const auto& [seq, row] : line) {
    bool wanted = head-- > 0;
    if (row->fits_from) {
      const bool fits = *row->fits_from <= needed.seats;
      wanted = wanted || (fits && of_wish[*row->fits_from]++ < needed.of_wish(*row->fits_from));
      for (const int above : needed.misfits_above)
        wanted = (row->booking.quantity > above && misfits[above]++ <= needed.gone) || wanted;
    }
    if (wanted) part.push_back(&row->booking);
  }
  return part;
}

// What is needed of each pool is found before anybody is loaded, as the worker does it.
void Tables::load_lines(domain::EventState& state, std::span<const domain::Command* const> commands) const {
  std::vector<const Booking*> all;
  for (const auto& pool : state.pools) {
    const auto part = part_of_line(pool.id, domain::line_needed(state, pool, commands));
    all.insert(all.end(), part.begin(), part.end());
  }
  for (const auto* booking : all) state.load(*booking);
}

// Of the bookings that are loaded so far: those that could be cancelled. Each ticket has a row.
void Tables::load_admitted(domain::EventState& state) const {
  if (!state.admits) return;
  for (const auto& booking : state.live()) {
    const auto& row = rows_.at(booking);
    for (std::size_t number = 1; number < row.admitted.size(); ++number) {
      if (row.admitted[number]) state.admit(booking, domain::TicketNumbers().set(number));
    }
  }
}

// Of held ones those that somebody confirms, whosever they are, and those that nobody confirmed in time. One that waits
// and is named is not needed: the batch serves it only as a part of the line.
void Tables::load_held(domain::EventState& state, std::span<const domain::Command* const> commands) const {
  std::optional<Time> due;
  for (const auto* command : commands) {
    if (std::holds_alternative<domain::Settle>(command->action)) due = command->accepted_at;
    if (!std::holds_alternative<domain::Confirm>(command->action)) continue;
    const auto named = rows_.find(*command->booking());
    if (named != rows_.end() && state_of(named->second.booking) == BookingState::held)
      state.load(named->second.booking);
  }
  for (const auto& [id, row] : rows_) {
    const bool is_due = due && state_of(row.booking) == BookingState::held && state.deadline_of(row.booking) <= *due;
    if (is_due) state.load(row.booking);
  }
}

std::map<UserId, domain::Holding> Tables::holdings() const {
  std::map<UserId, domain::Holding> holdings;
  for (const auto& [id, row] : rows_) {
    const auto& booking = row.booking;
    if (!is_live(booking) || event_.status == domain::EventStatus::cancelled) continue;
    auto& holding = holdings[booking.user];
    holding.slots.set(static_cast<std::size_t>(booking.slot));
    if (state_of(booking) == BookingState::cancelled) continue;
    holding.live += booking.quantity;
    if (booking.state == BookingState::waitlisted) holding.waiting += booking.quantity;
  }
  return holdings;
}

void Tables::load_all(domain::EventState& state) const {
  for (const auto& [id, row] : rows_) {
    if (domain::is_live(state_of(row.booking))) state.load(row.booking);
  }
  for (const auto& [user, holding] : holdings()) state.hold(user, holding);
}

domain::EventState Tables::load(std::span<const domain::Command* const> commands) const {
  auto state = event_;
  auto held = holdings();
  std::map<UserId, std::vector<const Booking*>> live_of;  // newest first
  std::map<std::int64_t, const Booking*, std::greater<>> by_age;
  for (const auto& [id, row] : rows_) by_age.emplace(row.booking.seq, &row.booking);
  for (const auto& [seq, booking] : by_age) {
    if (domain::is_live(state_of(*booking))) live_of[booking->user].push_back(booking);
  }
  for (const auto* command : commands) {
    const bool changes = std::holds_alternative<domain::UpdateBooking>(command->action);
    if (changes || std::holds_alternative<domain::Cancel>(command->action))
      load_cancelled(state, live_of[command->user], domain::newest_needed(command->user, commands), command->booking());
  }
  load_admitted(state);
  load_held(state, commands);
  load_lines(state, commands);
  for (const auto* command : commands) {
    if (held.contains(command->user)) state.hold(command->user, held[command->user]);
  }
  for (const auto& pool : state.pools) {
    for (const auto& [seq, entry] : pool.line()) {
      const auto user = state.find(entry.booking)->user;
      if (entry.accept_fewer) state.hold(user, held[user]);
    }
  }
  return state;
}

void Tables::put(const Booking& booking, int edition) {
  auto& row = rows_[booking.id];
  row.booking = booking;
  if (booking.state != BookingState::held) row.booking.held_until.reset();
  row.fits_from.reset();
  if (booking.state == BookingState::waitlisted && edition > 1)
    row.fits_from = booking.accept_fewer ? 1 : booking.quantity;
}

std::string Tables::commit(const domain::EventState& state, std::span<const domain::BatchFact> facts) {
  for (const auto& [command, title, fact] : facts) {
    const auto outcome = outcome_of(fact);
    if (outcome && !outcomes_.emplace(command->id, *outcome).second) return "commands_pkey";
    bool made = true;
    const auto change = [&](const Booking& booking) { put(booking, state.edition); };
    const auto make = [&](const Booking& booking) {
      made = !rows_.contains(booking.id);
      change(booking);
    };
    std::visit(Overloaded{
                   [&](const domain::Booked& it) { make(it.booking); },
                   [&](const domain::Waitlisted& it) { make(it.booking); },
                   [&](const domain::RestWaits& it) { make(it.booking); },
                   [&](const domain::Cancelled& it) { change(it.booking); },
                   [&](const domain::BookingChanged& it) { change(it.booking); },
                   [&](const domain::NeverFits& it) { change(it.booking); },
                   [&](const domain::HoldConfirmed& it) { change(it.booking); },
                   [&](const domain::HoldExpired& it) { change(it.booking); },
                   [&](const domain::Promoted& it) {
                     change(it.booking);
                     ++rows_[it.booking.id].promotions;
                   },
                   // carried out in pieces
                   [](const domain::EventDeleted&) {},
                   [](const domain::LineClosed&) {},
                   [](const domain::EventMoved&) {},
                   // gets a row of its own, if it names one that was not made
                   [&](const domain::Rejected& it) { made = !it.booking || !rows_.contains(*it.booking); },
                   [](const domain::NothingToCancel&) {},
                   [](const domain::OrganiserConfirmed&) {},
                   [](const domain::EventUpdated&) {},
                   [](const domain::EventGrew&) {},
               },
               fact);
    if (!made) return "bookings_pkey";
  }
  // As lib/storage/event_rows.cc does: a change that no fact tells of is lost.
  if (std::any_of(facts.begin(), facts.end(), [](const auto& it) { return changes_event(it.fact); })) {
    event_ = state;
    event_.clear();
    forget_unstored();
  }
  return violated();
}

// An event without pools of its own has no rows of them, and no columns for what only these have. Those of types are
// loaded in their order.
void Tables::forget_unstored() {
  if (event_.edition < domain::kEditionOfPools) {
    event_.pools.front().held_back = 0;
    event_.types = {{.id = TicketTypeId{event_.id.uuid}, .pool = event_.pools.front().id}};
  }
  std::sort(event_.types.begin(), event_.types.end(),
            [](const auto& a, const auto& b) { return std::tie(a.position, a.id) < std::tie(b.position, b.id); });
}

BookingState Tables::state_of(const Booking& booking) const {
  if (is_live(booking) && event_.status == domain::EventStatus::cancelled) return BookingState::cancelled;
  const bool waits = booking.state == BookingState::waitlisted;
  return waits && booking.seq < event_.line_closed_before ? BookingState::cancelled : booking.state;
}

bool Tables::admit(BookingId with, int number) {
  const auto found = rows_.find(with);
  if (found == rows_.end() || state_of(found->second.booking) != BookingState::confirmed) return false;
  const auto ticket = static_cast<std::size_t>(number);
  if (!numbers_of(found->second.booking)[ticket]) return false;
  found->second.admitted.set(ticket);
  event_.admits = true;
  return true;
}

void Tables::carry_out_piece(int most) {
  for (auto& [id, row] : rows_) {
    if (row.booking.state == state_of(row.booking)) continue;
    if (most-- == 0) return;
    row.booking.state = BookingState::cancelled;
  }
}

std::string Tables::violated_by_bookings() const {
  std::set<std::int64_t> seqs;
  std::set<std::pair<UserId, int>> slots;
  for (const auto& [id, row] : rows_) {
    if (!seqs.insert(row.booking.seq).second) return "bookings_seq_key";
    if (row.booking.quantity < 1 || row.booking.quantity > domain::kQuantityMax) return "bookings_quantity";
    if (is_live(row.booking) && !slots.emplace(row.booking.user, row.booking.slot).second) return "bookings_slot_key";
    if (row.promotions > 1) return "promoted twice";
    if (row.admitted.any() && event_.status == domain::EventStatus::open) {
      if (state_of(row.booking) != BookingState::confirmed || (row.admitted & ~numbers_of(row.booking)).any())
        return "a ticket is given back that somebody was admitted with";
    }
    if (event_.find_pool(row.booking.pool) == nullptr) return "a booking of no pool";
    if (event_.find_type(row.booking.type) == nullptr) return "a booking of no type";
  }
  return "";
}

std::string Tables::violated() const {
  if (auto constraint = violated_by_event(event_); !constraint.empty()) return constraint;
  if (event_.edition >= domain::kEditionOfPools) {
    if (event_.pools.size() > 20) return "seat_pools_position";
    for (const auto& pool : event_.pools) {
      if (auto constraint = violated_by(pool); !constraint.empty()) return constraint;
    }
    for (const auto& type : event_.types) {
      if (event_.find_pool(type.pool) == nullptr) return "ticket_types_pool";
      if (auto constraint = violated_by(type); !constraint.empty()) return constraint;
    }
  }
  return violated_by_bookings();
}

}  // namespace ticketd::sim
