#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kScan =
    "INSERT INTO checkins (id, event_id, booking_id, number, result, user_id, nonce, scanned_at, created_at) "
    "VALUES (gen_random_uuid(), $1, $2, $3::integer, $4, $5, $6, now(), now())";

}  // namespace

TEST_GROUP_BASE(SchemaOfDoor, SchemaTest){
    void insert_door() const {sql("INSERT INTO doors VALUES ($1, sha256(''), 'none', 240, now())", event);
}  // namespace ticketd::tests
void insert_ticket() const { sql("INSERT INTO tickets (booking_id, number) VALUES ($1, 1)", booking); }
void scan(const char* result = "admitted") const { sql(kScan, event, booking, 1, result, user, fresh_word()); }
}
;

RULE(SchemaOfDoor, bookings_given_back, NobodyGivesBackNoTicketOrAHundredBelowTheHighest) {
  bookings_given_back.refuses("UPDATE bookings SET given_back = '{}' WHERE id = $1", booking);
  bookings_given_back.refuses("UPDATE bookings SET given_back = array_fill(1, '{100}') WHERE id = $1", booking);
}

RULE(SchemaOfDoor, doors_pkey, AnEventHasOneDoor) {
  insert_door();
  doors_pkey.refuses("INSERT INTO doors VALUES ($1, sha256(''), 'none', 240, now())", event);
}

RULE(SchemaOfDoor, doors_event, ADoorIsOfAnEvent) {
  doors_event.refuses("INSERT INTO doors VALUES (gen_random_uuid(), sha256(''), 'none', 240, now())");
}

RULE(SchemaOfDoor, doors_ticket_key, AKeyHasThirtyTwoBytes) {
  doors_ticket_key.refuses("INSERT INTO doors VALUES ($1, '\\x00', 'none', 240, now())", event);
}

RULE(SchemaOfDoor, doors_reentry, ComingInAgainIsOneOfThreeThings) {
  insert_door();
  doors_reentry.refuses("UPDATE doors SET reentry = 'often' WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, doors_opens_minutes, ADoorOpensAWeekBeforeAtMost) {
  insert_door();
  doors_opens_minutes.refuses("UPDATE doors SET opens_minutes = 10081 WHERE event_id = $1", event);
  doors_opens_minutes.refuses("UPDATE doors SET opens_minutes = -1 WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, tickets_pkey, ATicketIsThereOnce) {
  insert_ticket();
  tickets_pkey.refuses("INSERT INTO tickets (booking_id, number) VALUES ($1, 1)", booking);
}

RULE(SchemaOfDoor, tickets_booking, ATicketIsOfABooking) {
  tickets_booking.refuses("INSERT INTO tickets (booking_id, number) VALUES (gen_random_uuid(), 1)");
}

RULE(SchemaOfDoor, tickets_number, ATicketHasANumberFromOneToAHundred) {
  tickets_number.refuses("INSERT INTO tickets (booking_id, number) VALUES ($1, 0)", booking);
  tickets_number.refuses("INSERT INTO tickets (booking_id, number) VALUES ($1, 101)", booking);
}

RULE(SchemaOfDoor, tickets_generation, ATicketHas256CodesAtMost) {
  insert_ticket();
  tickets_generation.refuses("UPDATE tickets SET generation = 256 WHERE booking_id = $1", booking);
  tickets_generation.refuses("UPDATE tickets SET generation = -1 WHERE booking_id = $1", booking);
}

RULE(SchemaOfDoor, tickets_holder_name, ANameHasALetterToAHundred) {
  insert_ticket();
  tickets_holder_name.refuses("UPDATE tickets SET holder_name = '' WHERE booking_id = $1", booking);
  tickets_holder_name.refuses("UPDATE tickets SET holder_name = repeat('a', 101) WHERE booking_id = $1", booking);
}

RULE(SchemaOfDoor, tickets_admission, SomebodyIsAdmittedByACheckIn) {
  insert_ticket();
  tickets_admission.refuses("UPDATE tickets SET admitted_at = now() WHERE booking_id = $1", booking);
  tickets_admission.refuses("UPDATE tickets SET admission = booking_id WHERE booking_id = $1", booking);
}

RULE(SchemaOfDoor, tickets_outside, WhoWentOutWasIn) {
  insert_ticket();
  tickets_outside.refuses("UPDATE tickets SET is_outside = true WHERE booking_id = $1", booking);
}

RULE(SchemaOfDoor, checkins_pkey, ACheckInIsThereOnce) {
  scan();
  checkins_pkey.refuses(
      "INSERT INTO checkins SELECT id, event_id, booking_id, number, 'already_in', because, gate, device, user_id, "
      "'another-nonce', scanned_at, created_at FROM checkins WHERE event_id = $1",
      event);
}

RULE(SchemaOfDoor, checkins_event, AScanIsAtTheDoorOfAnEvent) {
  checkins_event.refuses(kScan, fresh<EventId>().str(), nullptr, nullptr, "unknown", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_booking, AScannedTicketIsOfABooking) {
  checkins_booking.refuses(kScan, event, fresh<BookingId>().str(), 1, "admitted", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_user, SomebodyScansIt) {
  checkins_user.refuses(kScan, event, booking, 1, "admitted", fresh<UserId>().str(), "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_result, AScanIsAnsweredInOneOfTheseWords) {
  checkins_result.refuses(kScan, event, booking, 1, "perhaps", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_because, AConflictHasAReasonAmongThese) {
  scan("already_in");
  checkins_because.refuses("UPDATE checkins SET result = 'conflict', because = 'rain' WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, checkins_conflict, AConflictHasAReasonAndNothingElseHas) {
  checkins_conflict.refuses(kScan, event, booking, 1, "conflict", user, "nonce-nonce");
  scan();
  checkins_conflict.refuses("UPDATE checkins SET because = 'held' WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, checkins_gate, AGateHasALetterToFifty) {
  scan();
  checkins_gate.refuses("UPDATE checkins SET gate = '' WHERE event_id = $1", event);
  checkins_gate.refuses("UPDATE checkins SET gate = repeat('a', 51) WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, checkins_device, ADeviceHasALetterToFifty) {
  scan();
  checkins_device.refuses("UPDATE checkins SET device = '' WHERE event_id = $1", event);
}

RULE(SchemaOfDoor, checkins_nonce_length, ANonceHasEightLettersToSixtyFour) {
  checkins_nonce_length.refuses(kScan, event, booking, 1, "admitted", user, "1234567");
  checkins_nonce_length.refuses(kScan, event, booking, 1, "admitted", user, std::string(65, '1'));
}

RULE(SchemaOfDoor, checkins_nonce, AScanOfAnEventIsThereOnce) {
  sql(kScan, event, booking, 1, "admitted", user, "nonce-nonce");
  checkins_nonce.refuses(kScan, event, booking, 1, "already_in", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_admission, ATicketAdmitsOnce) {
  scan();
  checkins_admission.refuses(kScan, event, booking, 1, "admitted", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_of_ticket, AScanIsOfATicketUnlessItIsNone) {
  checkins_of_ticket.refuses(kScan, event, booking, 1, "unknown", user, "nonce-nonce");
  checkins_of_ticket.refuses(kScan, event, nullptr, nullptr, "admitted", user, "nonce-nonce");
  checkins_of_ticket.refuses(kScan, event, booking, nullptr, "admitted", user, "nonce-nonce");
}

RULE(SchemaOfDoor, checkins_undone, SomebodyTakesItBack) {
  scan();
  checkins_undone.refuses("UPDATE checkins SET undone_at = now() WHERE event_id = $1", event);
}

}  // namespace ticketd::tests
