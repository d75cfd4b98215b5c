// Who is where in an event's waiting list, and what those before him want.
#pragma once

// SQL: the pool in whose line booking `b` stands; by what waiting_blocks.event_id calls it.
#define LINE_OF(b) "coalesce(" b ".pool_id, " b ".event_id)"

// SQL: the place, from 1, of the waiting booking with that seq in the line of its event's pool, from the counted blocks
// before its own and the rows of its own; at most 256 of these, whatever the length of the waiting list. The arguments
// are SQL expressions.
#define PLACE_IN_WAITING_LIST(event, line, seq_)                                                         \
  "(SELECT coalesce(sum(counted.waiting), 0) FROM waiting_blocks counted WHERE counted.event_id = " line \
  " AND counted.block < line_block(" seq_                                                                \
  ")) + (SELECT count(*) FROM bookings ahead WHERE " ROWS_AHEAD(event, line, seq_) " AND ahead.seq <= " seq_ ")"

// SQL: how many tickets the entries before that one want, in the same way.
#define TICKETS_AHEAD(event, line, seq_)                                                                         \
  "(SELECT coalesce(sum(counted.waiting + counted.more), 0) FROM waiting_blocks counted WHERE counted.event_id " \
  "= " line " AND counted.block < line_block(" seq_                                                              \
  ")) + (SELECT coalesce(sum(ahead.quantity), 0) FROM bookings ahead WHERE " ROWS_AHEAD(                         \
      event, line, seq_) " AND ahead.seq < " seq_ ")"

#define ROWS_AHEAD(event, line, seq_)                                                  \
  "ahead.event_id = " event " AND " LINE_OF("ahead") " = " line                        \
                                                     " AND ahead.state = 'waitlisted'" \
                                                     " AND ahead.seq >= line_block(" seq_ ")"
