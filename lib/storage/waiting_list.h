// Who is where in an event's waiting list, and what those before him want.
#pragma once

// SQL: the place, from 1, of the waiting booking with that seq, from the counted blocks before its own and the rows of
// its own; at most 256 of these, whatever the length of the waiting list. Both arguments are SQL expressions.
#define PLACE_IN_WAITING_LIST(event, seq_)                                                                          \
  "(SELECT coalesce(sum(counted.waiting), 0) FROM waiting_blocks counted WHERE counted.event_id = " event           \
  " AND counted.block < line_block(" seq_ ")) + (SELECT count(*) FROM bookings ahead WHERE ahead.event_id = " event \
  " AND ahead.state = 'waitlisted' AND ahead.seq >= line_block(" seq_ ") AND ahead.seq <= " seq_ ")"

// SQL: how many tickets the entries before that one want, in the same way.
#define TICKETS_AHEAD(event, seq_)                                                                               \
  "(SELECT coalesce(sum(counted.waiting + counted.more), 0) FROM waiting_blocks counted WHERE counted.event_id " \
  "= " event " AND counted.block < line_block(" seq_                                                             \
  ")) + (SELECT coalesce(sum(ahead.quantity), 0) FROM bookings ahead "                                           \
  "WHERE ahead.event_id = " event " AND ahead.state = 'waitlisted' AND ahead.seq >= line_block(" seq_            \
  ") AND ahead.seq < " seq_ ")"
