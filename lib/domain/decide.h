// The booking rules. Everything that ticketd promises about seats and the waiting list is decided here, without I/O.
//
//   book        over, deleted or at the limit per user -> rejected; a free seat -> booked; else -> waitlisted
//   cancel      nothing live -> nothing to cancel; a confirmed booking frees its seat, a waiting one leaves the list
//   update      capacity below what is confirmed, or an end before the start -> rejected; else updated, and everyone
//               with a booking is told of another date or place
//   delete      before the end: every live booking is cancelled, the event takes no more. After it: the event is out of
//               sight, its bookings stay, and nobody is told that it was cancelled
//   settle      of an event that is over: every waiting entry ends. Of one that grows: the next of those who wait get
//               seats
//
// Whatever frees a seat gives it to the first of the waiting list in the same decision, so that afterwards there is
// never a free seat with somebody waiting. After the event's end nothing moves: what frees a seat then closes the line.
#pragma once
#include <vector>

#include "domain/fact.h"

namespace ticketd::domain {

// Applies one command to the event. The first fact says how the command ended, the others follow from it; a Settle
// has what follows alone, and nothing if it is not due (any more). `state` is left untouched by Rejected and
// NothingToCancel. The command's accepted_at is the only clock. For a command on an event that does not exist, ask
// no_such_event().
std::vector<Fact> decide(EventState& state, const Command& command);

Fact no_such_event(const Command& command);

}  // namespace ticketd::domain
