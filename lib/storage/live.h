// Which bookings are live: they hold a seat or a place in the waiting list, and count against the limit per user.
#pragma once

// SQL: the states of a live booking, for `state IN LIVE_STATES`; in the words of domain::BookingState. A test compares
// both, and with them the partial indexes that serve such queries (tests/integration/live_states.cc).
#define LIVE_STATES "('confirmed', 'waitlisted')"
