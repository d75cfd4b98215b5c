// What the schema forbids about bookings.
#include "schema_rule.h"

namespace ticketd::tests {

TEST_GROUP_BASE(SchemaOfBookings, SchemaTest){};

RULE(SchemaOfBookings, bookings_seq_key, NoTwoHaveTheSamePlaceInTheOrder) {
  bookings_seq_key.refuses(
      "INSERT INTO bookings SELECT gen_random_uuid(), event_id, $2::uuid, state, reason, seq, slot, created_at, "
      "updated_at FROM bookings WHERE id = $1",
      booking, make_user().str());
}

RULE(SchemaOfBookings, bookings_slot_key, TwoLiveOnesOfAPersonHaveDifferentSlots) {
  bookings_slot_key.refuses(kCopyBooking, booking);
}

TEST(SchemaOfBookings, TheSlotOfACancelledOneIsFreeAgain) {
  sql("UPDATE bookings SET state = 'cancelled', cancelled_at = now() WHERE id = $1", booking);
  insert_booking(*EventId::parse(event), *UserId::parse(user));
  LONGS_EQUAL(2, sql_number("SELECT count(*) FROM bookings WHERE event_id = $1 AND slot = 1", event));
}

RULE(SchemaOfBookings, bookings_slot, ASlotIsOneOfAHundred) {
  bookings_slot.refuses("UPDATE bookings SET slot = 0 WHERE id = $1", booking);
  bookings_slot.refuses("UPDATE bookings SET slot = 101 WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_quantity, ABookingHasOneToAHundredTickets) {
  bookings_quantity.refuses("UPDATE bookings SET quantity = 0 WHERE id = $1", booking);
  bookings_quantity.refuses("UPDATE bookings SET quantity = 101 WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_remainder, TheRestIsKeptOrDropped) {
  bookings_remainder.refuses("UPDATE bookings SET remainder = 'lost' WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_fits_from, AGroupFitsWhereAllOfItFitsOrItTakesFewer) {
  bookings_fits_from.refuses("UPDATE bookings SET quantity = 4, fits_from = 1 WHERE id = $1", booking);
  bookings_fits_from.refuses("UPDATE bookings SET quantity = 4, fits_from = 4, remainder = 'keep' WHERE id = $1",
                             booking);
}

RULE(SchemaOfBookings, bookings_state, ABookingIsInOneOfFourStates) {
  bookings_state.refuses("UPDATE bookings SET state = 'pending' WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_rejected_has_reason, ARejectedOneSaysWhyAndNoOtherDoes) {
  bookings_rejected_has_reason.refuses("UPDATE bookings SET reason = 'event_over' WHERE id = $1", booking);
  bookings_rejected_has_reason.refuses("UPDATE bookings SET state = 'rejected', seq = NULL, slot = NULL WHERE id = $1",
                                       booking);
}

RULE(SchemaOfBookings, bookings_rejected_has_no_place, OnlyARejectedOneHasNoPlace) {
  bookings_rejected_has_no_place.refuses("UPDATE bookings SET seq = NULL, slot = NULL WHERE id = $1", booking);
  bookings_rejected_has_no_place.refuses("UPDATE bookings SET slot = NULL WHERE id = $1", booking);
  bookings_rejected_has_no_place.refuses("UPDATE bookings SET state = 'rejected', reason = 'event_over' WHERE id = $1",
                                         booking);
}

RULE(SchemaOfBookings, bookings_cancelled_at, OnlyACancelledOneSaysWhenItWas) {
  bookings_cancelled_at.refuses("UPDATE bookings SET state = 'cancelled' WHERE id = $1", booking);
  bookings_cancelled_at.refuses("UPDATE bookings SET cancelled_at = now() WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_waiting_not_promoted, AWaitingOneWasNotPromoted) {
  bookings_waiting_not_promoted.refuses("UPDATE bookings SET state = 'waitlisted', promoted_at = now() WHERE id = $1",
                                        booking);
}

RULE(SchemaOfBookings, bookings_request_id_length, ARequestIdIsAsLongAsTheHeaderMayBe) {
  bookings_request_id_length.refuses("UPDATE bookings SET request_id = repeat('x', 129) WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_event, ABookingIsOfAnEventThatExists) {
  bookings_event.refuses("UPDATE bookings SET event_id = gen_random_uuid() WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_user, ABookingIsOfSomeoneWhoExists) {
  bookings_user.refuses("UPDATE bookings SET user_id = gen_random_uuid() WHERE id = $1", booking);
}

RULE(SchemaOfBookings, bookings_pkey, ABookingIsThereOnce) {
  bookings_pkey.refuses("INSERT INTO bookings SELECT * FROM bookings WHERE id = $1", booking);
}

RULE(SchemaOfBookings, waiting_blocks_pkey, ABlockIsCountedOnce) {
  const auto insert = "INSERT INTO waiting_blocks VALUES ($1, 0, 1)";
  sql(insert, event);
  waiting_blocks_pkey.refuses(insert, event);
}

RULE(SchemaOfBookings, waiting_blocks_more, ABlockCountsNoFewerTicketsThanEntries) {
  waiting_blocks_more.refuses("INSERT INTO waiting_blocks VALUES ($1, 256, 1, -1)", event);
}

RULE(SchemaOfBookings, waiting_blocks_block, ABlockBeginsWithItsFirstSeq) {
  waiting_blocks_block.refuses("INSERT INTO waiting_blocks VALUES ($1, 255, 1)", event);
}

RULE(SchemaOfBookings, waiting_blocks_waiting, ABlockHoldsSomebodyAndAtMostAllItsPlaces) {
  waiting_blocks_waiting.refuses("INSERT INTO waiting_blocks VALUES ($1, 0, 0)", event);
  waiting_blocks_waiting.refuses("INSERT INTO waiting_blocks VALUES ($1, 0, 257)", event);
}

}  // namespace ticketd::tests
