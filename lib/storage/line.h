// Who is where in an event's line.
#pragma once

// SQL: the place, from 1, of the waiting booking with that seq, from the counted blocks before its own and the rows of
// its own; at most 256 of these, whatever the length of the line. Both arguments are SQL expressions.
#define PLACE_IN_LINE(event, seq_)                                                                                  \
  "(SELECT coalesce(sum(counted.waiting), 0) FROM waiting_blocks counted WHERE counted.event_id = " event           \
  " AND counted.block < line_block(" seq_ ")) + (SELECT count(*) FROM bookings ahead WHERE ahead.event_id = " event \
  " AND ahead.state = 'waitlisted' AND ahead.seq >= line_block(" seq_ ") AND ahead.seq <= " seq_ ")"
