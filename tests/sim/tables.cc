#include "sim/tables.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/overloaded.h"

namespace ticketd::sim {

using domain::Booking;
using domain::BookingState;

namespace {

bool is_live(const Booking& booking) {
  return booking.state == BookingState::confirmed || booking.state == BookingState::waitlisted;
}

// The newest of them, the newest confirmed ones, and the one that is named.
void load_cancelled(domain::EventState& state, const std::vector<const Booking*>& newest_first, int newest,
                    std::optional<BookingId> named) {
  int all = 0;
  int confirmed = 0;
  for (const auto* booking : newest_first) {
    const bool is_new = all++ < newest;
    const bool is_new_seat = booking->state == BookingState::confirmed && confirmed++ < newest;
    if (is_new || is_new_seat || booking->id == named) state.load(*booking);
  }
}

}  // namespace

domain::EventState Tables::load(std::span<const domain::Command* const> commands) const {
  auto state = event_;
  std::map<UserId, domain::Holding> holdings;
  std::map<UserId, std::vector<const Booking*>> live_of;  // newest first
  std::map<std::int64_t, Booking> line;
  std::map<std::int64_t, const Booking*, std::greater<>> by_age;
  for (const auto& [id, row] : rows_) by_age.emplace(row.booking.seq, &row.booking);
  for (const auto& [seq, booking] : by_age) {
    if (!is_live(*booking) || event_.status == domain::EventStatus::cancelled) continue;
    auto& holding = holdings[booking->user];
    holding.slots.set(static_cast<std::size_t>(booking->slot));
    if (state_of(*booking) == BookingState::cancelled) continue;
    ++holding.live;
    if (booking->state == BookingState::waitlisted) {
      ++holding.waiting;
      line.emplace(seq, *booking);
    }
    live_of[booking->user].push_back(booking);
  }
  for (const auto* command : commands) {
    if (holdings.contains(command->user)) state.hold(command->user, holdings[command->user]);
    if (const auto* wish = std::get_if<domain::Cancel>(&command->action))
      load_cancelled(state, live_of[command->user], domain::newest_needed(command->user, commands), wish->booking);
  }
  int places = domain::seats_freed_at_most(state, commands);
  for (const auto& [seq, booking] : line) {
    if (places-- > 0) state.load(booking);
  }
  return state;
}

std::string Tables::commit(const domain::EventState& state, std::span<const domain::BatchFact> facts) {
  for (const auto& [command, title, fact] : facts) {
    const auto outcome = outcome_of(fact);
    if (outcome && !outcomes_.emplace(command->id, *outcome).second) return "commands_pkey";
    const auto make = [&](const Booking& booking) { return rows_.emplace(booking.id, Row{booking}).second; };
    bool made = true;
    std::visit(Overloaded{
                   [&](const domain::Booked& it) { made = make(it.booking); },
                   [&](const domain::Waitlisted& it) { made = make(it.booking); },
                   [&](const domain::Cancelled& it) { rows_[it.booking.id].booking = it.booking; },
                   [&](const domain::Promoted& it) {
                     auto& row = rows_[it.booking.id];
                     row.booking = it.booking;
                     ++row.promotions;
                   },
                   // carried out in pieces
                   [](const domain::EventDeleted&) {},
                   [](const domain::LineClosed&) {},
                   [](const domain::EventMoved&) {},
                   [](const domain::Rejected&) {},
                   [](const domain::NothingToCancel&) {},
                   [](const domain::EventUpdated&) {},
                   [](const domain::EventGrew&) {},
               },
               fact);
    if (!made) return "bookings_pkey";
  }
  event_ = state;
  event_.clear();
  return violated();
}

BookingState Tables::state_of(const Booking& booking) const {
  if (is_live(booking) && event_.status == domain::EventStatus::cancelled) return BookingState::cancelled;
  const bool waits = booking.state == BookingState::waitlisted;
  return waits && booking.seq < event_.line_closed_before ? BookingState::cancelled : booking.state;
}

void Tables::carry_out_piece(int most) {
  for (auto& [id, row] : rows_) {
    if (row.booking.state == state_of(row.booking)) continue;
    if (most-- == 0) return;
    row.booking.state = BookingState::cancelled;
  }
}

std::string Tables::violated() const {
  if (event_.available_tickets < 0 || event_.available_tickets > event_.total_tickets) return "events_never_oversold";
  if (event_.waiting_count < 0) return "events_waiting_list_count";
  if (event_.available_tickets > 0 && event_.waiting_count > 0) return "events_no_idle_seat";
  std::set<std::int64_t> seqs;
  std::set<std::pair<UserId, int>> slots;
  for (const auto& [id, row] : rows_) {
    if (!seqs.insert(row.booking.seq).second) return "bookings_seq_key";
    if (is_live(row.booking) && !slots.emplace(row.booking.user, row.booking.slot).second) return "bookings_slot_key";
    if (row.promotions > 1) return "promoted twice";
  }
  return "";
}

}  // namespace ticketd::sim
