// An event that gets many more seats than are given out in one decision.
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

// One seat, ten people who wait, and three at most who get seats at once.
TEST_GROUP(GrowingEvent) {
  EventOnTrial event{1};

  void setup() override {
    event.state.promoted_at_once = 3;
    for (int user = 1; user <= 11; ++user) event.book(user);
  }
  static std::vector<int> promoted(const std::vector<Fact>& facts) {
    std::vector<int> users;
    for (const auto& fact : facts) {
      if (const auto* it = std::get_if<Promoted>(&fact)) users.push_back(user_of(it->booking));
    }
    return users;
  }
};

TEST(GrowingEvent, GivesItsSeatsOutInStepsAndInOrder) {
  CHECK_TRUE(promoted(event.resize(9).facts) == std::vector({2, 3, 4}));
  LONGS_EQUAL(4, event.pool().capacity);
  CHECK_TRUE(promoted(event.settle()) == std::vector({5, 6, 7}));
  CHECK_TRUE(promoted(event.settle()) == std::vector({8, 9}));
  LONGS_EQUAL(9, event.pool().capacity);
  CHECK_TRUE(event.settle().empty());
}

TEST(GrowingEvent, HasNoSeatForWhoComesInBetween) {
  event.resize(20);
  CHECK_TRUE(event.book(12).outcome == Outcome::waitlisted);
  while (!event.settle().empty()) {
  }
  LONGS_EQUAL(20 - 12, event.pool().available);
}

TEST(GrowingEvent, GetsAllItsSeatsWhenFewWait) {
  for (int user = 5; user <= 11; ++user) event.cancel(user);
  CHECK_TRUE(promoted(event.resize(100).facts) == std::vector({2, 3, 4}));
  LONGS_EQUAL(100, event.pool().capacity);
  LONGS_EQUAL(96, event.pool().available);
}

TEST(GrowingEvent, GoesByTheLastNumber) {
  event.resize(9);
  CHECK_TRUE(event.resize(5).outcome == Outcome::updated);
  CHECK_TRUE(event.settle().empty());
  LONGS_EQUAL(5, event.pool().capacity);
  event.resize(11);
  CHECK_TRUE(event.resize(4).reason == Reason::capacity_below_confirmed);
  CHECK_FALSE(event.settle().empty());
  LONGS_EQUAL(11, event.pool().capacity);
}

TEST(GrowingEvent, GrowsNoMoreOnceItIsDeleted) {
  event.resize(9);
  event.remove();
  CHECK_TRUE(event.settle().empty());
  LONGS_EQUAL(4, event.pool().capacity);
}
