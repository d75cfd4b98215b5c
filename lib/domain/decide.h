// The booking rules. Everything that ticketd promises about seats and the waiting list is decided here, without I/O.
//
//   book            over, deleted, beyond the limits, more than there will ever be -> rejected; else it joins the end
//                   of the line, and has its seats at once if that serves it
//   cancel          nothing live -> nothing to cancel; seats are free, entries leave the line. A part of a booking: it
//                   shrinks, and keeps its place
//   update booking  one that waits takes other terms, and keeps its place
//   confirm         held seats stay; not those of a booking whose deadline has passed, nor by whose yes does not count
//   update          capacity below what is taken, an end before the start, or other dates of an event whose people were
//                   forgotten -> rejected; else updated, and everyone
//                   with a booking is told of another date or place. Who waits for more than the new capacity does so
//                   no more
//   delete          before the end: every live booking is cancelled, the event takes no more. After it: the event is
//                   out of sight, its bookings stay, and nobody is told that it was cancelled
//   settle          what was held and not confirmed in time ends. Of a line that is over: every waiting entry ends. Of
//                   an event that grows: the next of those who wait get seats. Of one that begins soon: what was saved
//                   is handed out
//
// Seats are held where the event says so: for whoever books (hold_minutes), and for those who are served from the line
// (offer_minutes). No deadline lies behind the event's start: whoever gets seats from then on has them.
//
// Whatever frees a seat settles the pool in the same decision (seat_pool.h), so that afterwards settling it again would
// change nothing. With single tickets: there is never a free seat with somebody waiting, and nobody is overtaken. When
// the line is over nobody is served from it: what frees a seat then closes it, and seats go to whoever books. After the
// event's end nothing moves.
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
