// Damage to tickets and check-ins: verify finds it, and nothing else.
#include "storage/checkins.h"
#include "storage/tickets.h"
#include "verify_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageVerifyDoor, VerifyTest) {
  const EventId id = event(3);
  const domain::Command booking = booked(id, 1).front();
  const BookingId ticket = *booking.booking();

  void setup() override {
    storage::find_or_add_ticket_key(tx, id, std::string(32, 'k'), now());
    storage::Scan scan;
    scan.id = fresh<CheckinId>();
    scan.event = id;
    scan.ticket = {ticket, 1, 0};
    scan.scanned_at = now() + std::chrono::hours(22);
    scan.nonce = "nonce-nonce";
    scan.by = owner(id);
    expect_text("admitted", storage::check_in(tx, scan, now())->result);
    finds_nothing();
  }
};

TEST(StorageVerifyDoor, FindsWhoWasAdmittedWithATicketThatIsNone) {
  exec("UPDATE bookings SET given_back = '{1}' WHERE id = $1", ticket.str());
  finds("admitted_without_ticket", ticket);
}

TEST(StorageVerifyDoor, FindsAnAdmissionWithoutItsCheckIn) {
  exec("UPDATE checkins SET result = 'already_in'");
  finds("admissions", ticket);
}

TEST(StorageVerifyDoor, FindsACheckInWithoutItsAdmission) {
  exec("UPDATE tickets SET admitted_at = NULL, admission = NULL");
  finds("admissions", ticket);
}

TEST(StorageVerifyDoor, FindsAnEventWhoseWorkersWouldNotLook) {
  exec("UPDATE events SET admits = false");
  finds("admits", id);
}

}  // namespace ticketd::tests
