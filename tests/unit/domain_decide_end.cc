// The life of an event: what changes with its end, and what its people are told.
#include "domain/decide.h"
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

namespace {

template <class Kind>
int count(const std::vector<Fact>& facts) {
  int n = 0;
  for (const auto& fact : facts) n += std::holds_alternative<Kind>(fact) ? 1 : 0;
  return n;
}

}  // namespace

// Person 1 has the seat, 2 and 3 wait for it.
TEST_GROUP(EndOfAnEvent) {
  EventOnTrial event{1};

  void setup() override {
    for (int user = 1; user <= 3; ++user) event.book(user);
  }
  void end() { event.clock.tick(std::chrono::hours(3)); }
};

TEST(EndOfAnEvent, GivesACancelledSeatToNobody) {
  end();
  const auto decision = event.cancel(1);
  CHECK_TRUE(decision.outcome == Outcome::cancelled);
  LONGS_EQUAL(0, count<Promoted>(decision.facts));
  LONGS_EQUAL(1, count<LineClosed>(decision.facts));
  LONGS_EQUAL(1, event.pool().available);
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

TEST(EndOfAnEvent, GivesARaisedCapacityToNobody) {
  end();
  const auto decision = event.resize(9);
  CHECK_TRUE(decision.outcome == Outcome::updated);
  LONGS_EQUAL(0, count<Promoted>(decision.facts));
  LONGS_EQUAL(1, event.pool().taken());
}

TEST(EndOfAnEvent, ClosesTheLineOnceItIsDue) {
  CHECK_TRUE(event.settle().empty());
  LONGS_EQUAL(2, event.pool().waiting_entries);
  end();
  LONGS_EQUAL(1, count<LineClosed>(event.settle()));
  LONGS_EQUAL(0, event.pool().waiting_entries);
  CHECK_TRUE(event.settle().empty());
}

TEST(EndOfAnEvent, LeavesThoseWhoWaitedNothingToCancel) {
  end();
  event.settle();
  CHECK_TRUE(event.cancel(2).outcome == Outcome::nothing_to_cancel);
  CHECK_TRUE(event.cancel(1).outcome == Outcome::cancelled);
}

TEST(EndOfAnEvent, IsNewsForADay) {
  event.clock.tick(std::chrono::hours(27) - milliseconds(1));
  CHECK_TRUE(std::get<LineClosed>(event.settle().at(0)).is_news);
}

TEST(EndOfAnEvent, IsNoNewsAfterADay) {
  event.clock.tick(std::chrono::hours(27));
  CHECK_FALSE(std::get<LineClosed>(event.settle().at(0)).is_news);
}

TEST(EndOfAnEvent, ComesAtOnceWhenItIsMovedIntoThePast) {
  event.clock.tick(std::chrono::hours(2));
  EventChanges changes;
  changes.ends_at = event.clock.now();
  const auto decision = event.update(changes);
  LONGS_EQUAL(1, count<LineClosed>(decision.facts));
}

TEST(EndOfAnEvent, MovedIntoTheFutureOpensTheEventAgain) {
  end();
  event.settle();
  EventChanges changes;
  changes.ends_at = event.clock.now() + std::chrono::hours(1);
  event.update(changes);
  CHECK_TRUE(event.book(4).outcome == Outcome::waitlisted);
  LONGS_EQUAL(4, user_of(event.cancel(1).bookings.at(1)));
}

TEST(EndOfAnEvent, IsFinalOnceItsPeopleAreForgotten) {
  end();
  event.settle();
  event.state.is_forgotten = true;
  EventChanges changes;
  changes.ends_at = event.clock.now() + std::chrono::hours(1);
  CHECK_TRUE(event.update(changes).reason == Reason::event_over);
  changes = {};
  changes.starts_at = event.clock.now() - std::chrono::hours(9);
  CHECK_TRUE(event.update(changes).reason == Reason::event_over);
  CHECK_TRUE(event.book(5).reason == Reason::event_not_found);
  CHECK_TRUE(event.cancel(1).outcome == Outcome::nothing_to_cancel);
  changes = {};
  changes.title = "Jazz, long ago";
  CHECK_TRUE(event.update(changes).outcome == Outcome::updated);
}

TEST(EndOfAnEvent, MakesADeletionLeaveTheBookings) {
  end();
  const auto decision = event.remove();
  CHECK_TRUE(decision.outcome == Outcome::deleted && std::get<EventDeleted>(decision.facts.at(0)).was_over);
  CHECK_TRUE(event.state.status == EventStatus::removed);
  LONGS_EQUAL(1, event.pool().taken());
  LONGS_EQUAL(0, event.pool().waiting_entries);
  CHECK_TRUE(event.remove().reason == Reason::event_cancelled);
  CHECK_TRUE(event.book(4).reason == Reason::event_cancelled);
}

TEST_GROUP(MovedEvent) { EventOnTrial event{5}; };

TEST(MovedEvent, TellsItsPeopleOfAnotherDate) {
  EventChanges changes;
  changes.starts_at = event.state.starts_at + std::chrono::hours(1);
  LONGS_EQUAL(1, count<EventMoved>(event.update(changes).facts));
}

TEST(MovedEvent, TellsItsPeopleOfAnotherPlace) {
  event.state.location = "Here";
  EventChanges changes;
  changes.location = "There";
  LONGS_EQUAL(1, count<EventMoved>(event.update(changes).facts));
}

TEST(MovedEvent, TellsNobodyOfWhatStaysAsItWas) {
  event.state.location = "Here";
  EventChanges changes;
  changes.title = "Blues";
  changes.location = "Here";
  changes.starts_at = event.state.starts_at;
  changes.ends_at = event.state.ends_at;
  changes.total_tickets = 9;
  LONGS_EQUAL(0, count<EventMoved>(event.update(changes).facts));
}

// Else the worker would look at it for ever.
TEST(EndOfAnEvent, LeavesNobodyToBeEndedLater) {
  EventOnTrial full{5, 10};
  full.state.promoted_at_once = 1;
  full.book(1, 2);
  full.book(2, 4);
  full.book(3, 4);
  CHECK_EQUAL(1, count<NeverFits>(full.resize(3).facts));
  full.cancel(3);
  CHECK_TRUE(full.state.goes_on());
  full.clock.tick(std::chrono::hours(3));
  CHECK_FALSE(full.settle().empty());
  CHECK_FALSE(full.state.goes_on());
  CHECK_TRUE(full.settle().empty());
}
