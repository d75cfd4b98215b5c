// What state a booking is in, and which are live: they hold a seat or a place in the waiting list, and count against
// the limit per user.
#pragma once

// SQL: the states of a live booking, for `state IN LIVE_STATES`; in the words of domain::BookingState. A test compares
// both, and with them the partial indexes that serve such queries (tests/integration/live_states.cc). One whose seats
// are held is 'confirmed' and has a deadline.
#define LIVE_STATES "('confirmed', 'waitlisted')"

// SQL: does the row of `bookings` hold seats until a deadline?
#define IS_HELD(b) "(" b ".held_until IS NOT NULL AND " b ".state = 'confirmed')"

// SQL: its state in the words of domain::BookingState, whatever the time is.
#define STORED_STATE(b) "CASE WHEN " IS_HELD(b) " THEN 'held' ELSE " b ".state END"

// SQL: the state of booking `b` of event `e` at the time `now`, all three SQL. A decision that concerns many bookings
// is carried out in pieces (bulk_changes.h), and the end of an event closes its waiting list a moment later: what has
// ended by either has ended, whatever its row says yet. So has what was held and not confirmed in time.
#define CURRENT_STATE(b, e, now)                                                                \
  "CASE WHEN " b ".state IN " LIVE_STATES " AND " e ".state = 'cancelled' OR " IS_LEFT_WAITING( \
      b, e, now) " OR " IS_OVERDUE(b, e, now) " THEN 'cancelled' ELSE " STORED_STATE(b) " END"

// SQL: until when the seats of `b` are held, if they are; and was it not confirmed by then?
#define DEADLINE(b, e) "least(" b ".held_until, " e ".start_date_time)"
#define IS_OVERDUE(b, e, now) "(" IS_HELD(b) " AND " DEADLINE(b, e) " <= " now ")"

// SQL: of a row of `events`, from when on nobody waits for seats any more.
#define LINE_ENDS_AT "CASE WHEN line_closes = 'start' OR offer_minutes > 0 THEN start_date_time ELSE end_date_time END"

// SQL: until when a row of `events` saves seats for the first of its line, if it does.
#define SAVED_UNTIL "start_date_time - saving_stops_hours * interval '1 hour'"

// SQL: does `b` still wait, according to its row alone, although the line has closed?
#define IS_LEFT_WAITING(b, e, now) \
  "(" b ".state = 'waitlisted' AND (" b ".seq < " e ".line_closed_before OR " LINE_ENDS_AT " <= " now "))"
