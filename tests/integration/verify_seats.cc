// Damage to counters, seats, the line and limits: verify finds it, and nothing else.
#include "verify_test.h"

namespace ticketd::tests {

struct SeatDamage : VerifyTest {
  // As if their order of acceptance had been the other way round.
  void swap_seqs(const domain::Command& a, const domain::Command& b) const {
    exec("UPDATE bookings SET seq = seq + 1000 WHERE id IN ($1, $2)", a.booking()->str(), b.booking()->str());
    exec(
        "UPDATE bookings b SET seq = other.seq - 1000 FROM bookings other "
        "WHERE (b.id, other.id) IN (($1, $2), ($2, $1))",
        a.booking()->str(), b.booking()->str());
  }
  void forget(const char* table, const char* constraint) const {
    tx.exec(std::string("ALTER TABLE ") + table + " DROP CONSTRAINT " + constraint);
  }
};

TEST_GROUP_BASE(StorageVerifySeats, SeatDamage){};

TEST(StorageVerifySeats, FindsAvailableTicketsThatAreOff) {
  const auto id = event(3);
  booked(id, 1);
  exec("UPDATE events SET available_tickets = 1");
  finds("available_tickets", id);
}

TEST(StorageVerifySeats, FindsAvailableTicketsThatAreOffWithoutABooking) {
  const auto id = event(3);
  exec("UPDATE events SET available_tickets = 0");
  finds("available_tickets", id);
}

TEST(StorageVerifySeats, FindsAWaitingListCountThatIsOff) {
  const auto id = event(1);
  booked(id, 2);
  exec("UPDATE events SET waiting_list_count = 2");
  finds("waiting_list_count", id);
}

TEST(StorageVerifySeats, FindsABlockOfTheLineThatIsOff) {
  const auto id = event(1);
  booked(id, 3);
  exec("UPDATE waiting_blocks SET waiting = 3");
  finds("waiting_blocks", id);
}

TEST(StorageVerifySeats, FindsABlockOfTheLineThatIsMissing) {
  const auto id = event(1);
  booked(id, 3);
  exec("DELETE FROM waiting_blocks");
  finds("waiting_blocks", id);
}

TEST(StorageVerifySeats, FindsAnOversoldEvent) {
  const auto id = event(2);
  booked(id, 2);
  forget("events", "events_never_oversold");
  exec("UPDATE events SET total_tickets = 1, available_tickets = -1");
  finds("oversold", id);
}

TEST(StorageVerifySeats, FindsAnIdleSeatFromTheRowsAlone) {
  const auto id = event(1);
  booked(id, 2);
  forget("events", "events_no_idle_seat");
  exec("UPDATE events SET total_tickets = 2, available_tickets = 1");
  finds("idle_seat", id);
}

TEST(StorageVerifySeats, FindsAnIdleSeatThatTheCountersHide) {
  const auto id = event(1);
  booked(id, 2);
  exec("UPDATE events SET total_tickets = 2, available_tickets = 0");
  finds({"available_tickets", "idle_seat"}, id.str());
}

TEST(StorageVerifySeats, FindsAPromotionOutOfTurn) {
  const auto id = event(1);
  const auto users = booked(id, 3);
  decide(cancel(users[0].user, id));
  swap_seqs(users[1], users[2]);
  finds("overtaken", *users[1].booking());
}

TEST(StorageVerifySeats, FindsAPromotionOutOfTurnThatWasCancelledSince) {
  const auto id = event(1);
  const auto users = booked(id, 4);
  decide(cancel(users[0].user, id));
  decide(cancel(users[1].user, id));
  exec("UPDATE bookings SET seq = 5 WHERE id = $1", users[1].booking()->str());
  exec("UPDATE events SET next_seq = 6");
  finds("overtaken", *users[1].booking());
}

TEST(StorageVerifySeats, FindsSomeoneWhoJumpedTheLine) {
  const auto id = event(1);
  const auto users = booked(id, 2);
  swap_seqs(users[0], users[1]);
  finds("jumped_the_line", *users[0].booking());
}

TEST(StorageVerifySeats, FindsAHeldSeatThatAnEarlierReleaseWouldNotSee) {
  const auto id = holding_event(3, 30, 0);
  const auto users = booked(id, 1);
  exec("UPDATE events SET edition = 2, hold_minutes = 0");
  finds("held", *users[0].booking());
}

TEST(StorageVerifySeats, FindsAHeldSeatOfABookingThatHasNone) {
  const auto id = holding_event(1, 30, 0);
  const auto users = booked(id, 2);
  exec("UPDATE bookings SET held_until = now() + interval '1 hour' WHERE id = $1", users[1].booking()->str());
  finds("held", *users[1].booking());
}

TEST(StorageVerifySeats, FindsSeatsThatAreHeldBehindTheirDeadline) {
  const auto id = holding_event(3, 30, 0);
  const auto users = booked(id, 2);
  exec("UPDATE bookings SET held_until = now() - interval '59 seconds'");
  finds_nothing();
  exec("UPDATE bookings SET held_until = now() - interval '61 seconds' WHERE id = $1", users[1].booking()->str());
  finds("overdue", *users[1].booking());
}

TEST(StorageVerifySeats, FindsSeatsThatAreHeldBehindTheStart) {
  const auto id = holding_event(3, 30, 0);
  const auto users = booked(id, 1);
  exec("UPDATE events SET start_date_time = now() - interval '61 seconds'");
  finds("overdue", *users[0].booking());
}

TEST(StorageVerifySeats, FindsASeqThatWillBeGivenOutTwice) {
  const auto id = event(3);
  booked(id, 2);
  exec("UPDATE events SET next_seq = 2");
  finds("next_seq", id);
}

TEST(StorageVerifySeats, FindsALiveBookingOfADeletedEvent) {
  const auto id = event(2);
  const auto users = booked(id, 2);
  decide(command_for(domain::CommandKind::delete_event, owner(id), id));
  carry_out_pieces(tx, id);
  exec("UPDATE bookings SET state = 'confirmed', cancelled_at = NULL WHERE id = $1", users[1].booking()->str());
  finds("cancelled_event", *users[1].booking());
}

TEST(StorageVerifySeats, FindsWhoStillWaitsInAClosedLine) {
  const auto id = event(1);
  const auto users = booked(id, 2);
  exec("UPDATE events SET waiting_list_count = 0, line_closed_before = next_seq");
  finds("left_waiting", *users[1].booking());
}

TEST(StorageVerifySeats, FindsASlotThatDoesNotExist) {
  const auto users = booked(event(1), 1);
  forget("bookings", "bookings_slot");
  exec("UPDATE bookings SET slot = 101");
  finds("slot", *users[0].booking());
}

TEST(StorageVerifySeats, FindsASlotThatIsTakenTwice) {
  const auto id = event(5, 2);
  const auto user = person();
  carry_out(tx, {book(user, id), book(user, id)});
  tx.exec("DROP INDEX bookings_slot_key");
  exec("UPDATE bookings SET slot = 1");
  finds("slot_taken_twice", id);
}

TEST(StorageVerifySeats, FindsSomeoneOverTheLimitThatNeverChanged) {
  const auto id = event(5, 2);
  const auto user = person();
  carry_out(tx, {book(user, id), book(user, id)});
  exec("UPDATE events SET max_per_user = 1");
  finds("over_the_limit", id);
}

}  // namespace ticketd::tests
