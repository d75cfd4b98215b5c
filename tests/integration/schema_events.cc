// What the schema forbids about events.
#include "schema_rule.h"

namespace ticketd::tests {

TEST_GROUP_BASE(SchemaOfEvents, SchemaTest){};

RULE(SchemaOfEvents, events_never_oversold, NoMoreSeatsAreTakenThanThereAre) {
  events_never_oversold.refuses("UPDATE events SET available_tickets = -1 WHERE id = $1", event);
  events_never_oversold.refuses("UPDATE events SET available_tickets = 11 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_no_idle_seat, NobodyWaitsWhileASeatIsFree) {
  events_no_idle_seat.refuses("UPDATE events SET available_tickets = 1, waiting_list_count = 1 WHERE id = $1", event);
  events_no_idle_seat.refuses(
      "UPDATE events SET total_tickets = 200, available_tickets = 100, waiting_list_count = 1, edition = 2 WHERE id = "
      "$1",
      event);
}

TEST(SchemaOfEvents, AGroupMayWaitWhileFewSeatsAreFree) {
  sql("UPDATE events SET available_tickets = 9, waiting_list_count = 1, edition = 2 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_edition, RulesHaveAnEdition) {
  events_edition.refuses("UPDATE events SET edition = 0 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_waiting_more, NobodyWantsMoreTicketsWhereNobodyWaits) {
  events_waiting_more.refuses("UPDATE events SET waiting_more = 1 WHERE id = $1", event);
  events_waiting_more.refuses("UPDATE events SET waiting_more = -1 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_max_per_booking, ABookingHasAHundredTicketsAtMost) {
  events_max_per_booking.refuses("UPDATE events SET max_per_booking = 0 WHERE id = $1", event);
  events_max_per_booking.refuses("UPDATE events SET max_per_booking = 101 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_max_skips, SkipsStayWithinTheirBounds) {
  events_max_skips.refuses("UPDATE events SET max_skips = -1 WHERE id = $1", event);
  events_max_skips.refuses("UPDATE events SET max_skips = 101 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_hold_minutes, SeatsAreHeldForAMonthAtMost) {
  events_hold_minutes.refuses("UPDATE events SET edition = 3, hold_minutes = -1 WHERE id = $1", event);
  events_hold_minutes.refuses("UPDATE events SET edition = 3, hold_minutes = 43201 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_offer_minutes, SeatsAreOfferedForAMonthAtMost) {
  events_offer_minutes.refuses("UPDATE events SET edition = 3, offer_minutes = -1 WHERE id = $1", event);
  events_offer_minutes.refuses("UPDATE events SET edition = 3, offer_minutes = 43201 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_offer_stops_minutes, OffersEndAMonthBeforeTheStartAtMost) {
  events_offer_stops_minutes.refuses("UPDATE events SET offer_stops_minutes = -1 WHERE id = $1", event);
  events_offer_stops_minutes.refuses("UPDATE events SET offer_stops_minutes = 43201 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_confirmed_by, TheAttendeeOrTheOrganiserSaysYes) {
  events_confirmed_by.refuses("UPDATE events SET confirmed_by = 'anybody' WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_line_closes, ALineClosesAtTheStartOrTheEnd) {
  events_line_closes.refuses("UPDATE events SET edition = 3, line_closes = 'never' WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_held_edition, AnEarlierReleaseDecidesNothingAboutHeldSeats) {
  events_held_edition.refuses("UPDATE events SET hold_minutes = 30 WHERE id = $1", event);
  events_held_edition.refuses("UPDATE events SET offer_minutes = 30 WHERE id = $1", event);
  events_held_edition.refuses("UPDATE events SET line_closes = 'start' WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_saving_stops_hours, SavingEndsAYearBeforeTheStartAtMost) {
  events_saving_stops_hours.refuses("UPDATE events SET saving_stops_hours = -1 WHERE id = $1", event);
  events_saving_stops_hours.refuses("UPDATE events SET saving_stops_hours = 8785 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_visibility, AnEventIsForAllOrUnlisted) {
  events_visibility.refuses("UPDATE events SET visibility = 'hidden' WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_timezone, ATimeZoneHasAName) {
  events_timezone.refuses("UPDATE events SET timezone = '' WHERE id = $1", event);
  events_timezone.refuses("UPDATE events SET timezone = repeat('x', 65) WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_served_past, AHundredAreServedPastSomebodyAtMost) {
  events_served_past.refuses("UPDATE events SET served_past = '{}' WHERE id = $1", event);
  events_served_past.refuses("UPDATE events SET served_past = ARRAY(SELECT generate_series(1, 101)) WHERE id = $1",
                             event);
}

RULE(SchemaOfEvents, events_saved, SeatsAreSavedWhereSomeAreFreeAndSomebodyWaits) {
  events_saved.refuses("UPDATE events SET saved = true WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_waiting_list_count, TheLineIsNotShorterThanNothing) {
  events_waiting_list_count.refuses("UPDATE events SET available_tickets = 0, waiting_list_count = -1 WHERE id = $1",
                                    event);
}

RULE(SchemaOfEvents, events_cancelled_is_empty, ACancelledEventHoldsNobody) {
  events_cancelled_is_empty.refuses("UPDATE events SET state = 'cancelled', available_tickets = 9 WHERE id = $1",
                                    event);
}

RULE(SchemaOfEvents, events_total_tickets, CapacityStaysWithinItsBounds) {
  events_total_tickets.refuses("UPDATE events SET total_tickets = 0, available_tickets = 0 WHERE id = $1", event);
  events_total_tickets.refuses("UPDATE events SET total_tickets = 1000001 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_growing, WhatGrowsGetsMore) {
  events_growing.refuses("UPDATE events SET growing_to = 10, growing_at = 10 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_turn, ThereAreFortyTurns) {
  events_turn.refuses("UPDATE events SET turn = -1 WHERE id = $1", event);
  events_turn.refuses("UPDATE events SET turn = 40 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_max_per_user, TheLimitPerPersonStaysWithinItsBounds) {
  events_max_per_user.refuses("UPDATE events SET max_per_user = 0 WHERE id = $1", event);
  events_max_per_user.refuses("UPDATE events SET max_per_user = 101 WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_end_after_start, AnEventEndsAfterItsStart) {
  events_end_after_start.refuses("UPDATE events SET end_date_time = start_date_time WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_state, AnEventIsOpenOrCancelled) {
  events_state.refuses("UPDATE events SET state = 'closed' WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_title_length, ATitleIsNeitherEmptyNorEndless) {
  events_title_length.refuses("UPDATE events SET title = '' WHERE id = $1", event);
  events_title_length.refuses("UPDATE events SET title = repeat('ü', 256) WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_description_length, ADescriptionIsNotEndless) {
  events_description_length.refuses("UPDATE events SET description = repeat('d', 10001) WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_location_length, ALocationIsNotEndless) {
  events_location_length.refuses("UPDATE events SET location = repeat('l', 10001) WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_owner, AnEventHasAnOwnerWhoExists) {
  events_owner.refuses("UPDATE events SET user_id = gen_random_uuid() WHERE id = $1", event);
}

RULE(SchemaOfEvents, events_pkey, AnEventIsThereOnce) {
  events_pkey.refuses("INSERT INTO events SELECT * FROM events WHERE id = $1", event);
}

RULE(SchemaOfEvents, bulk_changes_event, ABulkChangeIsOfAnEvent) {
  bulk_changes_event.refuses(
      "INSERT INTO bulk_changes VALUES (gen_random_uuid(), 'cancel_all', 0, 1, true, now(), now(), now())");
}

RULE(SchemaOfEvents, bulk_changes_kind, ABulkChangeIsOfAKnownKind) {
  bulk_changes_kind.refuses("INSERT INTO bulk_changes VALUES ($1, 'refund_all', 0, 1, true, now(), now(), now())",
                            event);
}

RULE(SchemaOfEvents, bulk_changes_pkey, AnEventHasEachBulkChangeOnce) {
  sql("INSERT INTO bulk_changes VALUES ($1, 'tell_moved', 0, 1, true, now(), now(), now())", event);
  bulk_changes_pkey.refuses("INSERT INTO bulk_changes VALUES ($1, 'tell_moved', 0, 1, true, now(), now(), now())",
                            event);
}

RULE(SchemaOfEvents, event_words_pkey, AnEventHasItsWordsOnce) {
  event_words_pkey.refuses("INSERT INTO event_words SELECT * FROM event_words WHERE event_id = $1", event);
}

}  // namespace ticketd::tests
