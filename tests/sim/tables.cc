#include "sim/tables.h"

#include <algorithm>
#include <vector>

#include "base/overloaded.h"

namespace ticketd::sim {

using domain::Booking;
using domain::BookingState;

namespace {

bool is_live(const Booking& booking) {
  return booking.state == BookingState::confirmed || booking.state == BookingState::waitlisted;
}

}  // namespace

domain::EventState Tables::load(std::span<const domain::Command* const> commands) const {
  auto state = event_;
  std::map<std::int64_t, Booking> line;
  for (const auto& [id, row] : rows_) {
    if (!is_live(row.booking)) continue;
    if (state_of(row.booking) == BookingState::cancelled) {
      state.keep_slot(row.booking.user, row.booking.slot);
      continue;
    }
    const auto is_theirs = [&, user = row.booking.user](const auto* command) { return command->user == user; };
    if (std::any_of(commands.begin(), commands.end(), is_theirs)) state.add(row.booking);
    if (row.booking.state == BookingState::waitlisted) line.emplace(row.booking.seq, row.booking);
  }
  int places = domain::seats_freed_at_most(state, commands);
  for (const auto& [seq, booking] : line) {
    if (places-- > 0) state.add(booking);
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
