// Commands, bookings and notifications that lost their counterparts: verify finds it, and nothing else.
#include "storage/dead_letters.h"
#include "verify_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageVerifyRecords, VerifyTest) {
  // One ticket and two people: the first has it.
  const EventId id = event(1);
  const std::vector<domain::Command> users = booked(id, 2);
  const domain::Command& first = users[0];
  const domain::Command& second = users[1];

  domain::Command refused() const {
    auto command = book(first.user, id);
    decide(command);
    return command;
  }
};

// Of an event whose people are being forgotten nothing is compared, whatever is left of it.
TEST(StorageVerifyRecords, AForgottenEventKeepsItsNumbers) {
  const auto past = event(2);
  const auto guests = booked(past, 2);
  exec("UPDATE events SET forgotten_at = now() WHERE id = $1", past.str());
  exec("DELETE FROM bookings WHERE id = $1", guests[0].booking()->str());
  finds_nothing();
  exec("DELETE FROM commands WHERE id = $1", guests[1].id.str());
  exec("DELETE FROM notifications WHERE event_id = $1", past.str());
  finds_nothing();
}

TEST(StorageVerifyRecords, FindsAnEventThatNoSearchFinds) {
  exec("DELETE FROM event_words WHERE event_id = $1", id.str());
  finds("event_words", id);
}

TEST(StorageVerifyRecords, FindsAnEventWhoseWordsAreOverBeforeItIs) {
  exec("UPDATE event_words SET over = true WHERE event_id = $1", id.str());
  finds("event_words", id);
}

TEST(StorageVerifyRecords, FindsABookingThatNoCommandMade) {
  exec("DELETE FROM commands WHERE id = $1", first.id.str());
  finds("booking_without_command", *first.booking());
}

TEST(StorageVerifyRecords, FindsARefusedBookingThatNoCommandMade) {
  const auto command = refused();
  exec("DELETE FROM commands WHERE id = $1", command.id.str());
  finds("booking_without_command", *command.booking());
}

TEST(StorageVerifyRecords, FindsACommandWhoseBookingIsMissing) {
  exec("DELETE FROM bookings WHERE id = $1", second.booking()->str());
  exec("DELETE FROM waiting_blocks");
  exec("UPDATE events SET waiting_list_count = 0");
  finds("command_without_booking", second.id);
}

TEST(StorageVerifyRecords, FindsACommandWhoseRefusedBookingIsMissing) {
  const auto command = refused();
  exec("DELETE FROM bookings WHERE id = $1", command.booking()->str());
  finds("command_without_booking", command.id);
}

TEST(StorageVerifyRecords, FindsABookingThatIsAnothersThanItsCommandSays) {
  exec("UPDATE bookings SET user_id = $2 WHERE id = $1", second.booking()->str(), person().str());
  finds("command_without_booking", second.id);
}

TEST(StorageVerifyRecords, FindsAConfirmedOutcomeWhoseBookingWaits) {
  exec("UPDATE commands SET outcome = 'confirmed' WHERE id = $1", second.id.str());
  exec("UPDATE notifications SET kind = 'booked' WHERE id = $1", second.notification.str());
  finds("outcome", second.id);
}

TEST(StorageVerifyRecords, FindsAWaitingOutcomeWhoseBookingGotItsSeatWithoutPromotion) {
  exec("UPDATE commands SET outcome = 'waitlisted' WHERE id = $1", first.id.str());
  exec("UPDATE notifications SET kind = 'waitlisted' WHERE id = $1", first.notification.str());
  finds("outcome", first.id);
}

TEST(StorageVerifyRecords, FindsACancellationThatDidNotHappen) {
  const auto command = cancel(second.user, id);
  decide(command);
  exec("UPDATE bookings SET state = 'waitlisted', cancelled_at = NULL WHERE id = $1", second.booking()->str());
  exec("UPDATE events SET waiting_list_count = 1");
  finds("not_cancelled", command.id);
}

TEST(StorageVerifyRecords, FindsABookingThatNobodyCancelled) {
  exec("UPDATE bookings SET state = 'cancelled', cancelled_at = now() WHERE id = $1", second.booking()->str());
  exec("UPDATE events SET waiting_list_count = 0");
  finds("cancelled_by_nobody", *second.booking());
}

TEST(StorageVerifyRecords, FindsAnOutcomeNobodyWasToldOf) {
  exec("DELETE FROM notifications WHERE id = $1", first.notification.str());
  finds("untold_outcome", first.id);
}

TEST(StorageVerifyRecords, FindsARefusalNobodyWasToldOf) {
  const auto command = refused();
  exec("DELETE FROM notifications WHERE id = $1", command.notification.str());
  finds("untold_outcome", command.id);
}

TEST(StorageVerifyRecords, FindsAFailureNobodyWasToldOf) {
  const auto command = book(person(), id);
  storage::insert_dead_letter(tx, {command, 0, "1-1", "{}", "it broke", "", 5}, now());
  exec("DELETE FROM notifications WHERE id = $1", command.notification.str());
  finds("untold_outcome", command.id);
}

TEST(StorageVerifyRecords, FindsAPromotionNobodyWasToldOf) {
  decide(cancel(first.user, id));
  exec("DELETE FROM notifications WHERE kind = 'promoted'");
  finds("untold_promotion", *second.booking());
}

TEST(StorageVerifyRecords, FindsAClosedLineNobodyWasToldOf) {
  domain::Command close;
  close.event = id;
  close.action = domain::Settle{};
  close.accepted_at = now() + std::chrono::hours(24 * 30);
  exec("UPDATE events SET end_date_time = $1", format_time(close.accepted_at));
  carry_out_deadline(tx, close);
  carry_out_pieces(tx, id, close.accepted_at);
  finds_nothing();
  exec("DELETE FROM notifications WHERE kind = 'line_closed'");
  finds("untold_closing", *second.booking());
}

TEST(StorageVerifyRecords, FindsADeletionNobodyWasToldOf) {
  decide(command_for(domain::CommandKind::delete_event, owner(id), id));
  carry_out_pieces(tx, id);
  exec("DELETE FROM notifications WHERE kind = 'event_deleted' AND booking_id = $1", second.booking()->str());
  finds("untold_deletion", *second.booking());
}

TEST(StorageVerifyRecords, FindsADeadLetterWhoseRetryWasBrokenOff) {
  const auto command = book(person(), id);
  storage::insert_dead_letter(tx, {command, 0, "1-1", "{}", "it broke", "", 5}, now());
  exec("DELETE FROM commands WHERE id = $1", command.id.str());
  finds("dead_letter", command.id);
}

TEST(StorageVerifyRecords, FindsADeadLetterWhoseCommandTookEffect) {
  storage::insert_dead_letter(tx, {std::nullopt, 0, "1-1", "{}", "it broke", "", 5}, now());
  exec("UPDATE dead_letters SET command_id = $1", first.id.str());
  finds("dead_letter", first.id);
}

// The first has a held seat, the second waits.
TEST_GROUP_BASE(StorageVerifyHolds, VerifyTest) {
  const EventId id = holding_event(1, 30, 60);
  const std::vector<domain::Command> users = booked(id, 2);
  const domain::Command& first = users[0];
  const domain::Command& second = users[1];

  void confirm_by_hand(const domain::Command& booking) const {
    exec("UPDATE bookings SET held_until = NULL WHERE id = $1", booking.booking()->str());
  }
};

TEST(StorageVerifyHolds, FindsAHeldOutcomeWhoseBookingIsMissing) {
  exec("DELETE FROM bookings WHERE id = $1", first.booking()->str());
  exec("UPDATE bookings SET state = 'cancelled', cancelled_at = now(), reason = 'line_closed'");
  exec("UPDATE events SET waiting_list_count = 0, available_tickets = 1, line_closed_before = next_seq");
  finds("command_without_booking", first.id);
}

TEST(StorageVerifyHolds, FindsAHeldOutcomeWhoseBookingWaits) {
  exec("UPDATE commands SET outcome = 'held' WHERE id = $1", second.id.str());
  exec("UPDATE notifications SET kind = 'held' WHERE id = $1", second.notification.str());
  finds("outcome", second.id);
}

TEST(StorageVerifyHolds, FindsAConfirmedOutcomeWhoseBookingIsHeld) {
  exec("UPDATE commands SET outcome = 'confirmed' WHERE id = $1", first.id.str());
  exec("UPDATE notifications SET kind = 'booked' WHERE id = $1", first.notification.str());
  finds("outcome", first.id);
}

TEST(StorageVerifyHolds, FindsAYesThatConfirmedNothing) {
  const auto yes = confirm(first);
  decide(yes);
  exec("UPDATE bookings SET held_until = now() + interval '1 hour' WHERE id = $1", first.booking()->str());
  finds("not_confirmed", yes.id);
}

TEST(StorageVerifyHolds, FindsABookingThatNobodyConfirmed) {
  confirm_by_hand(first);
  finds("confirmed_by_nobody", *first.booking());
}

TEST(StorageVerifyHolds, FindsAnOfferThatNobodyConfirmed) {
  decide(cancel(first.user, id));
  finds_nothing();
  confirm_by_hand(second);
  finds("confirmed_by_nobody", *second.booking());
}

TEST(StorageVerifyHolds, FindsAYesNobodyWasToldOf) {
  const auto yes = confirm(first);
  decide(yes);
  exec("DELETE FROM notifications WHERE id = $1", yes.notification.str());
  finds("untold_outcome", yes.id);
}

TEST(StorageVerifyHolds, FindsAnOfferNobodyWasToldOf) {
  decide(cancel(first.user, id));
  exec("DELETE FROM notifications WHERE kind = 'offered'");
  finds("untold_promotion", *second.booking());
}

TEST(StorageVerifyHolds, FindsAnExpiryNobodyWasToldOf) {
  settle(id, now() + std::chrono::minutes(31));
  finds_nothing();
  exec("DELETE FROM notifications WHERE kind = 'expired'");
  finds("untold_expiry", *first.booking());
}

TEST(StorageVerifyHolds, FindsABookingThatNobodyCancelled) {
  exec("UPDATE bookings SET state = 'cancelled', cancelled_at = now(), held_until = NULL WHERE id = $1",
       first.booking()->str());
  exec("UPDATE events SET available_tickets = 1, saved = true, max_skips = 0");
  finds("cancelled_by_nobody", *first.booking());
}

}  // namespace ticketd::tests
