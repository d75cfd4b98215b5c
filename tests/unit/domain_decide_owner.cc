// The commands of an event's owner: lib/domain/decide.cc, update and delete.
#include "domain/decide.h"
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(OwnerRules){};

TEST(OwnerRules, PromoteAsManyAsARaiseMakesRoomFor) {
  EventOnTrial event(1);
  for (int user = 1; user <= 5; ++user) event.book(user);
  const auto decision = event.resize(3);
  CHECK_TRUE(decision.outcome == Outcome::updated);
  LONGS_EQUAL(2, decision.bookings.size());
  LONGS_EQUAL(2, user_of(decision.bookings[0]));
  LONGS_EQUAL(3, user_of(decision.bookings[1]));
  LONGS_EQUAL(2, event.pool().waiting_entries);
  LONGS_EQUAL(3, event.pool().taken());
}

TEST(OwnerRules, LeaveSeatsFreeThatNobodyWaitsFor) {
  EventOnTrial event(1);
  event.book(1);
  event.book(2);
  event.resize(10);
  LONGS_EQUAL(8, event.pool().available);
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

TEST(OwnerRules, LowerTheCapacityToWhatIsConfirmed) {
  EventOnTrial event(5);
  event.book(1);
  event.book(2);
  CHECK_TRUE(event.resize(2).outcome == Outcome::updated);
  LONGS_EQUAL(0, event.pool().available);
  CHECK_TRUE(event.book(3).outcome == Outcome::waitlisted);
}

TEST(OwnerRules, RefuseACapacityBelowWhatIsConfirmed) {
  EventOnTrial event(5);
  event.book(1);
  event.book(2);
  EventChanges changes;
  changes.total_tickets = 1;
  changes.rules.max_per_user = 7;
  changes.title = "Blues";
  CHECK_TRUE(event.update(changes).reason == Reason::capacity_below_confirmed);
  LONGS_EQUAL(5, event.pool().capacity);
  LONGS_EQUAL(3, event.pool().available);
  LONGS_EQUAL(1, event.state.max_per_user);
  expect_text("Jazz", event.state.title);
}

TEST(OwnerRules, ChangeOnlyWhatIsNamed) {
  EventOnTrial event(5, 2);
  const auto before = event.state;
  EventChanges changes;
  changes.title = "Blues";
  CHECK_TRUE(event.update(changes).outcome == Outcome::updated);
  expect_text("Blues", event.state.title);
  LONGS_EQUAL(2, event.state.max_per_user);
  LONGS_EQUAL(5, event.pool().capacity);
  CHECK_TRUE(event.state.ends_at == before.ends_at && event.state.starts_at == before.starts_at);
}

TEST(OwnerRules, CountTheNewEndForBookings) {
  EventOnTrial event(5);
  EventChanges changes;
  changes.ends_at = event.clock.now() + std::chrono::hours(50);
  event.update(changes);
  event.clock.tick(std::chrono::hours(49));
  CHECK_TRUE(event.book(1).outcome == Outcome::confirmed);
}

// What a handler found in order may not be so any more when its command is decided: another change came first.
TEST(OwnerRules, RefuseAnEndBeforeTheStart) {
  EventOnTrial event(5);
  EventChanges changes;
  changes.ends_at = event.state.starts_at;
  CHECK_TRUE(event.update(changes).outcome == Outcome::rejected);
}

TEST(OwnerRules, KeepBookingsAboveALoweredLimit) {
  EventOnTrial event(9, 3);
  for (int i = 0; i < 3; ++i) event.book(1);
  EventChanges changes;
  changes.rules.max_per_user = 1;
  CHECK_TRUE(event.update(changes).bookings.empty());
  LONGS_EQUAL(3, event.pool().taken());
  event.cancel(1);
  event.cancel(1);
  CHECK_TRUE(event.book(1).reason == Reason::limit_reached);
  event.cancel(1);
  CHECK_TRUE(event.book(1).outcome == Outcome::confirmed);
}

TEST(OwnerRules, ObeyTheOwnerAlone) {
  EventOnTrial event(5);
  EventChanges changes;
  changes.total_tickets = 9;
  CHECK_TRUE(event.update(changes, 1).reason == Reason::not_event_owner);
  CHECK_TRUE(event.remove(1).reason == Reason::not_event_owner);
  LONGS_EQUAL(5, event.pool().capacity);
  CHECK_TRUE(event.state.status == EventStatus::open);
}

TEST(OwnerRules, CancelEverythingWithADeletedEvent) {
  EventOnTrial event(1);
  event.book(1);
  event.book(2);
  const auto decision = event.remove();
  CHECK_TRUE(decision.outcome == Outcome::deleted && decision.facts.size() == 1);
  CHECK_TRUE(event.state.status == EventStatus::cancelled && event.state.live().empty());
  LONGS_EQUAL(1, event.pool().available);
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

TEST(OwnerRules, TakeNothingMoreForADeletedEvent) {
  EventOnTrial event(1);
  event.book(1);
  event.remove();
  CHECK_TRUE(event.book(2).reason == Reason::event_cancelled);
  CHECK_TRUE(event.resize(9).reason == Reason::event_cancelled);
  CHECK_TRUE(event.remove().reason == Reason::event_cancelled);
  CHECK_TRUE(event.cancel(1).outcome == Outcome::nothing_to_cancel);
}

TEST(OwnerRules, CallADeletedEventCancelledEvenWhenItIsOver) {
  EventOnTrial event(1);
  event.remove();
  event.clock.tick(std::chrono::hours(100));
  CHECK_TRUE(event.book(1).reason == Reason::event_cancelled);
}
