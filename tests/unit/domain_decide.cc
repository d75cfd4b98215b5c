#include "domain/decide.h"

#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(BookingRules){};

TEST(BookingRules, ConfirmWhileThereAreSeats) {
  EventOnTrial event(2);
  const auto decision = event.book(1);
  CHECK_TRUE(decision.outcome == Outcome::confirmed && decision.bookings.size() == 1);
  CHECK_TRUE(std::holds_alternative<Booked>(decision.facts[0]));
  CHECK_TRUE(decision.bookings[0].state == BookingState::confirmed);
  CHECK_TRUE(decision.booking == decision.bookings[0].id);
  LONGS_EQUAL(1, event.pool().available);
}

TEST(BookingRules, StopAtCapacity) {
  EventOnTrial event(3);
  for (int user = 1; user <= 3; ++user) CHECK_TRUE(event.book(user).outcome == Outcome::confirmed);
  CHECK_TRUE(event.book(4).outcome == Outcome::waitlisted);
  LONGS_EQUAL(0, event.pool().available);
  LONGS_EQUAL(3, event.pool().taken());
}

TEST(BookingRules, GiveThePlaceInTheLine) {
  EventOnTrial event(1);
  event.book(1);
  LONGS_EQUAL(1, event.book(2).place);
  LONGS_EQUAL(2, event.book(3).place);
  LONGS_EQUAL(2, event.pool().waiting_entries);
}

TEST(BookingRules, NumberBookingsInTheOrderOfAcceptance) {
  EventOnTrial event(1);
  LONGS_EQUAL(1, event.book(1).bookings[0].seq);
  LONGS_EQUAL(2, event.book(2).bookings[0].seq);
  LONGS_EQUAL(3, event.state.next_seq);
}

TEST(BookingRules, RejectBeyondTheLimitPerPerson) {
  EventOnTrial event(5, 2);
  event.book(1);
  event.book(1);
  const auto decision = event.book(1);
  CHECK_TRUE(decision.outcome == Outcome::rejected && decision.reason == Reason::limit_reached);
  CHECK_TRUE(decision.bookings.empty() && !decision.booking);
  LONGS_EQUAL(3, event.pool().available);
  LONGS_EQUAL(3, event.state.next_seq);
}

TEST(BookingRules, CountWaitingBookingsAgainstTheLimit) {
  EventOnTrial event(1, 2);
  event.book(1);
  event.book(2);
  CHECK_TRUE(event.book(1).outcome == Outcome::waitlisted);
  CHECK_TRUE(event.book(1).reason == Reason::limit_reached);
}

TEST(BookingRules, LetAPersonBookAgainAfterACancellation) {
  EventOnTrial event(1);
  event.book(1);
  event.cancel(1);
  CHECK_TRUE(event.book(1).outcome == Outcome::confirmed);
}

TEST(BookingRules, RejectFromTheMillisecondInWhichTheEventEnds) {
  EventOnTrial event(5);
  event.clock.tick(std::chrono::hours(3) - milliseconds(1));
  CHECK_TRUE(event.book(1).outcome == Outcome::confirmed);
  event.clock.tick(milliseconds(1));
  CHECK_TRUE(event.book(2).reason == Reason::event_over);
  LONGS_EQUAL(4, event.pool().available);
}

TEST(BookingRules, CountTheTimeOfAcceptanceNotOfDecision) {
  EventOnTrial event(1);
  const auto early = event.command(CommandKind::book, 1);
  event.clock.tick(std::chrono::hours(100));
  CHECK_TRUE(decided(event.state, early).outcome == Outcome::confirmed);
}

TEST(BookingRules, FreeTheSeatOfACancelledBooking) {
  EventOnTrial event(1);
  const auto booked = event.book(1).booking;
  const auto decision = event.cancel(1);
  CHECK_TRUE(decision.outcome == Outcome::cancelled && decision.booking == booked);
  CHECK_TRUE(decision.bookings.size() == 1 && decision.bookings[0].state == BookingState::cancelled);
  LONGS_EQUAL(1, event.pool().available);
}

TEST(BookingRules, PromoteTheLongestWaitingInTheSameDecision) {
  EventOnTrial event(1);
  for (int user = 1; user <= 3; ++user) event.book(user);
  const auto decision = event.cancel(1);
  LONGS_EQUAL(2, decision.bookings.size());
  CHECK_TRUE(std::holds_alternative<Promoted>(decision.facts[1]));
  CHECK_TRUE(decision.bookings[1].state == BookingState::confirmed);
  LONGS_EQUAL(2, user_of(decision.bookings[1]));
  LONGS_EQUAL(0, event.pool().available);
  LONGS_EQUAL(1, event.pool().waiting_entries);
}

TEST(BookingRules, LetAWaitingPersonLeaveTheLine) {
  EventOnTrial event(1);
  for (int user = 1; user <= 3; ++user) event.book(user);
  CHECK_TRUE(event.cancel(2).bookings.size() == 1);
  LONGS_EQUAL(1, event.pool().waiting_entries);
  LONGS_EQUAL(3, user_of(event.cancel(1).bookings[1]));
}

TEST(BookingRules, CancelTheNewestLiveBooking) {
  EventOnTrial event(2, 3);
  event.book(1);
  event.book(2);
  const auto newest = event.book(1);
  CHECK_TRUE(newest.outcome == Outcome::waitlisted);
  CHECK_TRUE(event.cancel(1).booking == newest.booking);
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

TEST(BookingRules, CancelTheBookingThatIsNamed) {
  EventOnTrial event(3, 3);
  const auto first = event.book(1).booking;
  event.book(1);
  CHECK_TRUE(event.cancel(1, first).booking == first);
  POINTERS_EQUAL(nullptr, event.state.find(*first));
}

TEST(BookingRules, LeaveSomebodyElsesBookingAlone) {
  EventOnTrial event(1);
  const auto booked = event.book(1).booking;
  CHECK_TRUE(event.cancel(2, booked).outcome == Outcome::nothing_to_cancel);
  LONGS_EQUAL(0, event.pool().available);
  CHECK_TRUE(event.state.find(*booked) != nullptr);
}

TEST(BookingRules, FindNothingToCancelTheSecondTime) {
  EventOnTrial event(1);
  const auto booked = event.book(1).booking;
  event.cancel(1, booked);
  CHECK_TRUE(event.cancel(1, booked).outcome == Outcome::nothing_to_cancel);
  CHECK_TRUE(event.cancel(1).outcome == Outcome::nothing_to_cancel);
  LONGS_EQUAL(1, event.pool().available);
}

TEST(BookingRules, SayWhatAMissingEventMeansForEachKind) {
  EventOnTrial event(1);
  for (const auto kind : {CommandKind::book, CommandKind::update_event, CommandKind::delete_event}) {
    const auto fact = no_such_event(event.command(kind, 1));
    CHECK_TRUE(reason_of(fact) == Reason::event_not_found && !booking_of(fact));
  }
  CHECK_TRUE(std::holds_alternative<NothingToCancel>(no_such_event(event.command(CommandKind::cancel, 1))));
}

TEST(BookingRules, NameEveryOutcomeAndReason) {
  expect_text("confirmed", name_of(Outcome::confirmed));
  expect_text("nothing_to_cancel", name_of(Outcome::nothing_to_cancel));
  expect_text("deleted", name_of(Outcome::deleted));
  expect_text("limit_reached", name_of(Reason::limit_reached));
  expect_text("event_not_found", name_of(Reason::event_not_found));
  expect_text("capacity_below_confirmed", name_of(Reason::capacity_below_confirmed));
}
