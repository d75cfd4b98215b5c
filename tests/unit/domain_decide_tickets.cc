// Tickets that are given back by name, and those that somebody was admitted with.
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(Tickets) {
  EventOnTrial event{5, 10};
  static constexpr int kAnn = 1, kBob = 2;
  const Decided ann = event.book(kAnn, 4);
  const BookingId booking = ann.bookings.at(0).id;

  Decided give_back(const char* tickets) {
    auto cancelling = event.command(CommandKind::cancel, kAnn);
    cancelling.action = Cancel{booking, {}, parse_ticket_numbers(tickets)};
    return decided(event.state, cancelling);
  }
  void admit(const char* tickets) { event.state.admit(booking, parse_ticket_numbers(tickets)); }
  std::string left() const { return ticket_numbers_text(numbers_of(*event.state.find(booking))); }
};

TEST(Tickets, AreGivenBackByName) {
  CHECK_TRUE(give_back("1 3").outcome == Outcome::shrunk);
  expect_text("2 4", left());
  LONGS_EQUAL(3, event.pool().available);
  CHECK_TRUE(give_back("4 1").outcome == Outcome::shrunk);
  expect_text("2", left());
}

TEST(Tickets, ThatAreAllNamedAreTheBooking) {
  CHECK_TRUE(give_back("1 2 3 4 9").outcome == Outcome::cancelled);
  LONGS_EQUAL(5, event.pool().available);
}

TEST(Tickets, OfOtherNumbersAreNone) {
  CHECK_TRUE(give_back("5 77").outcome == Outcome::nothing_to_cancel);
  give_back("2");
  CHECK_TRUE(give_back("2").outcome == Outcome::nothing_to_cancel);
  expect_text("1 3 4", left());
}

TEST(Tickets, GoToWhoeverWaits) {
  const auto bob = event.book(kBob, 2);
  CHECK_TRUE(bob.outcome == Outcome::waitlisted);
  give_back("1");
  CHECK_TRUE(event.state.find(bob.bookings[0].id)->state == BookingState::confirmed);
}

TEST(Tickets, ThatWereNamedNoMoreAreTheHighest) {
  give_back("2");
  event.cancel(kAnn, booking, 1);
  expect_text("1 3", left());
}

TEST(Tickets, OfWhoWaitsAreSoMany) {
  const auto bob = event.book(kBob, 3);
  auto cancelling = event.command(CommandKind::cancel, kBob);
  cancelling.action = Cancel{bob.bookings[0].id, {}, parse_ticket_numbers("1")};
  CHECK_TRUE(decided(event.state, cancelling).outcome == Outcome::shrunk);
  event.cancel(kAnn);
  expect_text("1 2", ticket_numbers_text(numbers_of(*event.state.find(bob.bookings[0].id))));
}

TEST(Tickets, ThatAdmittedStay) {
  admit("2");
  for (const auto* tickets : {"2", "1 2", "1 2 3 4"}) CHECK_TRUE(give_back(tickets).reason == Reason::ticket_admitted);
  CHECK_TRUE(event.cancel(kAnn, booking).reason == Reason::ticket_admitted);
  CHECK_TRUE(event.cancel(kAnn, booking, 4).reason == Reason::ticket_admitted);
  expect_text("1 2 3 4", left());
  CHECK_TRUE(give_back("1").outcome == Outcome::shrunk);
  expect_text("2 3 4", left());
}

TEST(Tickets, WithWhichNobodyCameGoFirst) {
  admit("3 4");
  CHECK_TRUE(event.cancel(kAnn, booking, 1).outcome == Outcome::shrunk);
  expect_text("1 3 4", left());
  CHECK_TRUE(event.cancel(kAnn, booking, 2).reason == Reason::ticket_admitted);
  CHECK_TRUE(event.cancel(kAnn, booking, 1).outcome == Outcome::shrunk);
  expect_text("3 4", left());
}

TEST(Tickets, ThatAdmittedGoWithADeletedEvent) {
  admit("1");
  CHECK_TRUE(event.remove().outcome == Outcome::deleted);
}
