#include "domain/event_state.h"

#include "unit/event_on_trial.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

namespace {

Booking booking(int number, int user, BookingState state, int slot = 1) {
  return {numbered<BookingId>(number), numbered<UserId>(user), state, number, slot};
}

constexpr auto kConfirmed = BookingState::confirmed;
constexpr auto kWaiting = BookingState::waitlisted;

}  // namespace

TEST_GROUP(EventState) { EventState state; };

TEST(EventState, GivesTheLowestFreeSlot) {
  state.max_per_user = 3;
  LONGS_EQUAL(1, state.free_slot(numbered<UserId>(1)));
  state.add(booking(1, 1, kConfirmed, 1));
  state.add(booking(2, 1, kConfirmed, 3));
  LONGS_EQUAL(2, state.free_slot(numbered<UserId>(1)));
  state.remove(numbered<BookingId>(1));
  LONGS_EQUAL(1, state.free_slot(numbered<UserId>(1)));
}

TEST(EventState, HasNoSlotForWhoHoldsAsManyAsTheLimit) {
  state.max_per_user = 2;
  state.add(booking(1, 1, kConfirmed, 2));
  state.add(booking(2, 1, kWaiting, 3));
  LONGS_EQUAL(0, state.free_slot(numbered<UserId>(1)));
  LONGS_EQUAL(1, state.free_slot(numbered<UserId>(2)));
}

TEST(EventState, CountsWhatIsHeldAndNotLoaded) {
  const auto user = numbered<UserId>(1);
  state.max_per_user = 3;
  Holding holding{.live = 2, .waiting = 1};
  holding.slots.set(1).set(3);
  state.hold(user, holding);
  state.load(booking(2, 1, kWaiting, 3));
  LONGS_EQUAL(2, state.free_slot(user));
  state.add(booking(3, 1, kConfirmed, 2));
  LONGS_EQUAL(0, state.free_slot(user));
  state.remove(numbered<BookingId>(2));
  LONGS_EQUAL(3, state.free_slot(user));
}

TEST(EventState, KeepsTheSlotsOfThoseWhoWaitedInAClosedLine) {
  state.max_per_user = 1;
  state.add(booking(1, 1, kWaiting, 1));
  state.close_line();
  LONGS_EQUAL(2, state.free_slot(numbered<UserId>(1)));
  CHECK_TRUE(state.live().empty());
}

TEST(EventState, PromotesInTheOrderOfAcceptanceWhateverTheOrderOfLoading) {
  for (const int number : {7, 3, 5}) state.add(booking(number, number, kWaiting));
  for (const int number : {3, 5, 7}) LONGS_EQUAL(number, state.promote_first()->seq);
  POINTERS_EQUAL(nullptr, state.promote_first());
}

TEST(EventState, ShowsAPromotedBookingAsConfirmed) {
  state.add(booking(1, 1, kWaiting));
  state.promote_first();
  CHECK_TRUE(state.find(numbered<BookingId>(1))->state == kConfirmed);
  CHECK_TRUE(state.newest_of(numbered<UserId>(1))->state == kConfirmed);
}

TEST(EventState, LeavesABookingAsItIsThatIsLoadedTwice) {
  state.add(booking(1, 1, kWaiting));
  state.promote_first();
  state.add(booking(1, 1, kWaiting));
  CHECK_TRUE(state.find(numbered<BookingId>(1))->state == kConfirmed);
  POINTERS_EQUAL(nullptr, state.promote_first());
  LONGS_EQUAL(1, state.live().size());
}

TEST(EventState, FindsTheNewestBookingOfEachPerson) {
  for (const int number : {4, 9, 6}) state.add(booking(number, 1, kConfirmed, number));
  state.add(booking(10, 2, kConfirmed));
  LONGS_EQUAL(9, state.newest_of(numbered<UserId>(1))->seq);
  POINTERS_EQUAL(nullptr, state.newest_of(numbered<UserId>(3)));
}

TEST(EventState, TakesARemovedBookingOutOfTheLine) {
  state.add(booking(1, 1, kWaiting));
  state.add(booking(2, 2, kWaiting));
  state.remove(numbered<BookingId>(1));
  state.remove(numbered<BookingId>(99));
  LONGS_EQUAL(2, state.promote_first()->seq);
}

TEST(EventState, HoldsNothingOnceCleared) {
  state.add(booking(1, 1, kWaiting));
  state.clear();
  CHECK_TRUE(state.live().empty());
  POINTERS_EQUAL(nullptr, state.newest_of(numbered<UserId>(1)));
  POINTERS_EQUAL(nullptr, state.promote_first());
}

TEST(EventState, NamesEveryBookingState) {
  for (const auto value : {kConfirmed, kWaiting, BookingState::cancelled, BookingState::rejected})
    CHECK_TRUE(parse_booking_state(name_of(value)) == value);
  CHECK_FALSE(parse_booking_state("Confirmed").has_value());
  CHECK_FALSE(parse_booking_state("").has_value());
}

TEST_GROUP(SeatsFreedAtMost) {
  EventOnTrial event{10};
  std::vector<Command> commands;

  void setup() override { event.state.waiting_count = 1000; }
  void resize(int tickets) {
    commands.push_back(event.command(CommandKind::update_event, EventOnTrial::kOwner));
    changes_of(commands.back()).total_tickets = tickets;
  }
  void add(CommandKind kind) { commands.push_back(event.command(kind, 1)); }
  int bound() {
    std::vector<const Command*> batch;
    for (const auto& command : commands) batch.push_back(&command);
    return seats_freed_at_most(event.state, batch);
  }
};

TEST(SeatsFreedAtMost, IsOneForEachCancellation) {
  add(CommandKind::cancel);
  add(CommandKind::book);
  add(CommandKind::cancel);
  add(CommandKind::delete_event);
  LONGS_EQUAL(2, bound());
}

TEST(SeatsFreedAtMost, IsTheRaiseOfTheCapacity) {
  resize(14);
  LONGS_EQUAL(4, bound());
}

TEST(SeatsFreedAtMost, CountsARaiseAfterALowering) {
  resize(3);
  resize(12);
  CHECK_TRUE(bound() >= 9);
}

TEST(SeatsFreedAtMost, IsNothingForALowering) {
  resize(3);
  LONGS_EQUAL(0, bound());
}

TEST(SeatsFreedAtMost, IsNeverMoreThanAreWaiting) {
  event.state.waiting_count = 2;
  resize(1'000'000);
  add(CommandKind::cancel);
  LONGS_EQUAL(2, bound());
}

TEST(SeatsFreedAtMost, DoesNotOverflowWithManyRaises) {
  for (int i = 0; i < 3'000; ++i) resize(1'000'000);
  LONGS_EQUAL(1000, bound());
}
