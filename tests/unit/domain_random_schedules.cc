// Random schedules on a whole event. That its parts decide alike is the simulation's (tests/sim).
#include <set>

#include "domain/decide.h"
#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(RandomSchedules) {
  EventOnTrial event{4, 2};
  SeededRandom random{20'270'115};
  std::vector<BookingId> made;

  Command next_command() {
    const int dice = random.below(100);
    if (dice < 3) {
      auto update = event.command(CommandKind::update_event, random.below(5) == 0 ? 1 : EventOnTrial::kOwner);
      if (random.below(2) == 0) changes_of(update).total_tickets = 1 + random.below(12);
      if (random.below(2) == 0) changes_of(update).rules.max_per_user = 1 + random.below(3);
      return update;
    }
    auto command = event.command(dice < 55 ? CommandKind::book : CommandKind::cancel, 1 + random.below(20));
    if (command.kind() == CommandKind::book)
      made.push_back(*command.booking());
    else if (!made.empty() && random.below(3) == 0)
      command.action = Cancel{made[static_cast<std::size_t>(random.below(static_cast<int>(made.size())))]};
    return command;
  }

  void expect_sound() {
    int confirmed = 0;
    int waiting = 0;
    std::set<std::pair<UserId, int>> slots;
    for (const auto id : event.state.live()) {
      const auto* booking = event.state.find(id);
      ++(booking->state == BookingState::confirmed ? confirmed : waiting);
      CHECK_TRUE(slots.insert({booking->user, booking->slot}).second);
    }
    LONGS_EQUAL(event.pool().taken(), confirmed);
    LONGS_EQUAL(event.pool().waiting_entries, waiting);
    CHECK_TRUE(event.pool().available >= 0);
    CHECK_TRUE_TEXT(event.pool().available == 0 || waiting == 0, "an idle seat");
  }
};

TEST(RandomSchedules, NeverOversellNorLeaveASeatIdle) {
  for (int i = 0; i < 20'000; ++i) {
    decide(event.state, next_command());
    expect_sound();
  }
}

TEST(RandomSchedules, NeverLetAnyoneOvertake) {
  for (int i = 0; i < 5'000; ++i) {
    for (const auto& fact : decide(event.state, next_command())) {
      const auto* promoted = std::get_if<Promoted>(&fact);
      if (promoted == nullptr) continue;
      for (const auto id : event.state.live()) {
        const auto* other = event.state.find(id);
        CHECK_TRUE(other->state == BookingState::confirmed || other->seq > promoted->booking.seq);
      }
    }
  }
}
