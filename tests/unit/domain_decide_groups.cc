// Bookings of several tickets, and groups in the waiting list. The first ones are the worked examples of the model.
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

namespace {

constexpr int kAnn = 1, kBob = 2, kCid = 3, kDee = 4, kEve = 5;

}  // namespace

// Ten seats, of which others have nine.
TEST_GROUP(Groups) {
  EventOnTrial event{10, 10};

  void setup() override {
    event.state.starts_at = event.clock.now() + std::chrono::hours(48);
    event.state.ends_at = event.clock.now() + std::chrono::hours(50);
    for (const int person : {kCid, kEve, 6}) event.book(person, 3);
  }
  int free_seats() const { return event.pool().available; }
  int skips_of(const Decided& waiting) const { return event.pool().skips_of(waiting.bookings[0].seq); }
  // Three pass Ann, who waits for four.
  Decided ann_was_passed_three_times() {
    auto ann = event.book(kAnn, 4);
    event.book(kBob, 1);
    for (int i = 0; i < 2; ++i) {
      event.cancel(kBob);
      event.book(kBob, 1);
    }
    return ann;
  }
};

TEST(Groups, WaitForAllTheirSeatsAndLeaveTheFreeOneToOthers) {
  const auto ann = event.book(kAnn, 4);
  CHECK_TRUE(ann.outcome == Outcome::waitlisted);
  LONGS_EQUAL(1, ann.place);
  LONGS_EQUAL(0, skips_of(ann));
  LONGS_EQUAL(1, free_seats());
  LONGS_EQUAL(4, event.pool().waiting_tickets);
}

TEST(Groups, ArePassedByASmallerOne) {
  const auto ann = event.book(kAnn, 4);
  CHECK_TRUE(event.book(kBob, 1).outcome == Outcome::confirmed);
  LONGS_EQUAL(1, skips_of(ann));
  LONGS_EQUAL(1, event.pool().waiting_entries);
}

TEST(Groups, HaveSeatsSavedOnceTheirSkipsAreUsedUp) {
  ann_was_passed_three_times();
  event.cancel(kBob);
  LONGS_EQUAL(1, free_seats());
  CHECK_TRUE(event.pool().saved);
  CHECK_TRUE(event.book(kDee, 1).outcome == Outcome::waitlisted);
  LONGS_EQUAL(1, free_seats());
}

TEST(Groups, GetWhatWasSavedAsSoonAsItIsEnough) {
  ann_was_passed_three_times();
  event.cancel(kBob);
  event.book(kDee, 1);
  const auto decision = event.cancel(kEve);
  LONGS_EQUAL(2, decision.bookings.size());
  LONGS_EQUAL(kAnn, user_of(decision.bookings[1]));
  LONGS_EQUAL(4, decision.bookings[1].quantity);
  CHECK_FALSE(event.pool().saved);
  LONGS_EQUAL(1, event.pool().waiting_entries);
}

TEST(Groups, TakeFewerAndWaitForTheRestAtTheSamePlace) {
  event.cancel(kCid, std::nullopt, 1);
  const auto ann = event.book(kAnn, 4, Remainder::keep);
  CHECK_TRUE(ann.outcome == Outcome::confirmed);
  LONGS_EQUAL(2, std::get<Booked>(ann.facts[0]).missing);
  LONGS_EQUAL(2, ann.bookings[0].quantity);
  CHECK_TRUE(ann.bookings[1].state == BookingState::waitlisted && ann.bookings[1].quantity == 2);
  event.book(kBob, 1);
  const auto decision = event.cancel(kEve);
  LONGS_EQUAL(kAnn, user_of(decision.bookings[1]));
  LONGS_EQUAL(kBob, user_of(decision.bookings[2]));
}

TEST(Groups, TakeFewerAndDropTheRest) {
  const auto ann = event.book(kAnn, 4, Remainder::drop);
  CHECK_TRUE(ann.outcome == Outcome::confirmed);
  LONGS_EQUAL(1, ann.bookings[0].quantity);
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

TEST(Groups, AreNotSavedForOnceTheEventBeginsSoon) {
  ann_was_passed_three_times();
  event.cancel(kBob);
  event.book(kDee, 1);
  event.clock.tick(std::chrono::hours(24));
  const auto facts = event.settle();
  LONGS_EQUAL(2, facts.size());
  LONGS_EQUAL(kDee, user_of(std::get<Promoted>(facts[0]).booking));
  CHECK_FALSE(event.pool().saved);
  CHECK_TRUE(event.settle().empty());
}

TEST(Groups, AreNotSavedForAnyMoreThoughNobodyElseWaits) {
  ann_was_passed_three_times();
  event.cancel(kBob);
  event.clock.tick(std::chrono::hours(24));
  const auto facts = event.settle();
  CHECK_TRUE(facts.size() == 1 && changes_event(facts[0]));
  CHECK_FALSE(event.pool().saved);
  CHECK_TRUE(event.settle().empty());
}

TEST(Groups, AreRefusedWhereTheyNeverFit) {
  event.state.max_per_user = 100;
  CHECK_TRUE(event.book(kAnn, 11).reason == Reason::never_fits);
  CHECK_TRUE(event.book(kAnn, 10).outcome == Outcome::waitlisted);
}

TEST(Groups, EndWhenTheEventBecomesTooSmallForThem) {
  event.cancel(kCid);
  event.book(kAnn, 5);
  event.book(kBob, 9);
  const auto decision = event.resize(8);
  LONGS_EQUAL(1, decision.bookings.size());
  CHECK_TRUE(decision.bookings[0].state == BookingState::cancelled);
  LONGS_EQUAL(kBob, user_of(decision.bookings[0]));
  LONGS_EQUAL(1, event.pool().waiting_entries);
}

TEST(Groups, CountTicketsAgainstTheLimits) {
  event.state.max_per_user = 5;
  event.state.max_per_booking = 4;
  CHECK_TRUE(event.book(kAnn, 5).reason == Reason::limit_reached);
  CHECK_TRUE(event.book(kAnn, 3).outcome == Outcome::waitlisted);
  CHECK_TRUE(event.book(kAnn, 3).reason == Reason::limit_reached);
  CHECK_TRUE(event.book(kAnn, 2).outcome == Outcome::waitlisted);
}

TEST(Groups, GiveSomeOfTheirSeatsBackToTheLine) {
  event.book(kBob, 1);
  event.book(kAnn, 2);
  const auto decision = event.cancel(kCid, std::nullopt, 2);
  CHECK_TRUE(decision.outcome == Outcome::shrunk);
  LONGS_EQUAL(1, decision.bookings[0].quantity);
  LONGS_EQUAL(kAnn, user_of(decision.bookings[1]));
}

TEST(Groups, AreCancelledWhenTheyGiveBackAll) {
  CHECK_TRUE(event.cancel(kCid, std::nullopt, 3).outcome == Outcome::cancelled);
  CHECK_TRUE(event.cancel(kEve, std::nullopt, 7).outcome == Outcome::cancelled);
  LONGS_EQUAL(7, free_seats());
}

TEST(Groups, ShrinkInTheLineAndKeepTheirPlace) {
  const auto ann = event.book(kAnn, 4);
  const auto decision = event.change(kAnn, {*ann.booking, 1});
  CHECK_TRUE(decision.outcome == Outcome::shrunk);
  CHECK_TRUE(decision.bookings.back().state == BookingState::confirmed);
  LONGS_EQUAL(0, event.pool().waiting_tickets);
}

TEST(Groups, MayTakeFewerAfterAll) {
  const auto ann = event.book(kAnn, 4);
  const auto decision = event.change(kAnn, {.booking = *ann.booking, .accept_fewer = true});
  CHECK_TRUE(decision.outcome == Outcome::updated);
  LONGS_EQUAL(1, decision.bookings[1].quantity);
  LONGS_EQUAL(3, event.pool().waiting_tickets);
}

TEST(Groups, ChangeNothingThatDoesNotWait) {
  const auto ann = event.book(kAnn, 1);
  CHECK_TRUE(event.change(kAnn, {*ann.booking, 1}).reason == Reason::not_waiting);
  const auto bob = event.book(kBob, 2);
  CHECK_TRUE(event.change(kAnn, {*bob.booking, 1}).reason == Reason::not_waiting);
  CHECK_TRUE(event.change(kBob, {*bob.booking, 3}).reason == Reason::limit_reached);
}

TEST(Groups, NeedTheNewerRules) {
  EventOnTrial singles(1);
  singles.book(1);
  singles.book(2);
  LONGS_EQUAL(1, singles.state.edition);
  LONGS_EQUAL(2, event.state.edition);
}
