// A decision's facts, spelled out for tests.
#pragma once
#include <utility>
#include <vector>

#include "domain/decide.h"

namespace ticketd::tests {

struct Decided {
  explicit Decided(std::vector<domain::Fact> all) : facts(std::move(all)) {
    const auto& first = facts.front();
    outcome = *outcome_of(first);
    reason = reason_of(first);
    if (!reason) booking = booking_of(first);
    if (const auto* waiting = std::get_if<domain::Waitlisted>(&first)) place = waiting->place;
    for (const auto& fact : facts) {
      if (const auto* changed = changed_booking(fact)) bookings.push_back(*changed);
    }
  }

  std::vector<domain::Fact> facts;
  domain::Outcome outcome;
  std::optional<domain::Reason> reason;
  std::optional<BookingId> booking;       // that was made or cancelled
  int place = 0;                          // in the waiting list
  std::vector<domain::Booking> bookings;  // that were made or changed, as the decision leaves them
};

inline Decided decided(domain::EventState& state, const domain::Command& command) {
  return Decided(domain::decide(state, command));
}

// What a command of the kind does, but for `booking` and changes.
inline domain::Action action_of(domain::CommandKind kind, BookingId booking) {
  switch (kind) {
    case domain::CommandKind::book: return domain::Book{booking};
    case domain::CommandKind::cancel: return domain::Cancel{};
    case domain::CommandKind::update_event: return domain::UpdateEvent{};
    case domain::CommandKind::delete_event: return domain::DeleteEvent{};
    case domain::CommandKind::update_booking: return domain::UpdateBooking{booking};
    case domain::CommandKind::confirm: return domain::Confirm{booking};
    case domain::CommandKind::set_pool: return domain::SetPool{PoolId{booking.uuid}, {}};
    case domain::CommandKind::set_ticket_type: return domain::SetTicketType{TicketTypeId{booking.uuid}, {}};
    case domain::CommandKind::settle: return domain::Settle{};
  }
  return domain::DeleteEvent{};
}

// Of a command that updates an event.
inline domain::EventChanges& changes_of(domain::Command& command) {
  return std::get<domain::UpdateEvent>(command.action).changes;
}

}  // namespace ticketd::tests
