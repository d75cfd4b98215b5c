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

TEST_GROUP(EventState) {
  EventState state;

  // So many seats are free. The seqs of who gets them.
  std::vector<std::int64_t> served_by(int seats) {
    state.pools.front().available = seats;
    std::vector<std::int64_t> seqs;
    for (const auto& served : state.settle(Time{})) seqs.push_back(served.booking.seq);
    return seqs;
  }
};

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

TEST(EventState, ServesInTheOrderOfAcceptanceWhateverTheOrderOfLoading) {
  for (const int number : {7, 3, 5}) state.add(booking(number, number, kWaiting));
  CHECK_TRUE(served_by(2) == std::vector<std::int64_t>({3, 5}));
  CHECK_TRUE(served_by(2) == std::vector<std::int64_t>({7}));
}

TEST(EventState, ShowsAServedBookingAsConfirmed) {
  state.add(booking(1, 1, kWaiting));
  served_by(1);
  CHECK_TRUE(state.find(numbered<BookingId>(1))->state == kConfirmed);
  CHECK_TRUE(state.newest_of(numbered<UserId>(1))->state == kConfirmed);
}

TEST(EventState, LeavesABookingAsItIsThatIsLoadedTwice) {
  state.add(booking(1, 1, kWaiting));
  served_by(1);
  state.add(booking(1, 1, kWaiting));
  CHECK_TRUE(state.find(numbered<BookingId>(1))->state == kConfirmed);
  CHECK_TRUE(served_by(1).empty());
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
  CHECK_TRUE(served_by(1) == std::vector<std::int64_t>({2}));
}

TEST(EventState, HoldsNothingOnceCleared) {
  state.add(booking(1, 1, kWaiting));
  state.clear();
  CHECK_TRUE(state.live().empty());
  POINTERS_EQUAL(nullptr, state.newest_of(numbered<UserId>(1)));
  CHECK_TRUE(served_by(1).empty());
}

TEST(EventState, NamesEveryBookingState) {
  for (const auto value : {kConfirmed, kWaiting, BookingState::cancelled, BookingState::rejected})
    CHECK_TRUE(parse_booking_state(name_of(value)) == value);
  CHECK_FALSE(parse_booking_state("Confirmed").has_value());
  CHECK_FALSE(parse_booking_state("").has_value());
}

TEST_GROUP(LineNeeded) {
  EventOnTrial event{10};
  std::vector<Command> commands;

  void setup() override {
    event.state.edition = 2;
    event.pool().waiting_entries = event.pool().waiting_tickets = 1000;
    event.pool().available = 0;
  }
  void resize(int tickets) {
    commands.push_back(event.command(CommandKind::update_event, EventOnTrial::kOwner));
    changes_of(commands.back()).total_tickets = tickets;
  }
  void add(CommandKind kind) { commands.push_back(event.command(kind, 1)); }
  LineNeeded needed() {
    std::vector<const Command*> batch;
    for (const auto& command : commands) batch.push_back(&command);
    return line_needed(event.state, event.pool(), batch);
  }
};

TEST(LineNeeded, IsASeatForEachCancellation) {
  add(CommandKind::cancel);
  add(CommandKind::book);
  add(CommandKind::cancel);
  add(CommandKind::delete_event);
  LONGS_EQUAL(2, needed().seats);
}

TEST(LineNeeded, GoesAsDeepAsTheServedAndTheGoneAndOneFurther) {
  add(CommandKind::cancel);
  add(CommandKind::cancel);
  LONGS_EQUAL(2 + 2 + 1, needed().head);
}

TEST(LineNeeded, IsNoMoreThanTheSeatsWhereAllWantOne) {
  event.state.edition = 1;
  add(CommandKind::cancel);
  add(CommandKind::cancel);
  resize(3);
  LONGS_EQUAL(2, needed().head);
  CHECK_TRUE(needed().misfits_above.empty());
}

TEST(LineNeeded, CountsTheTicketsOfWhatACancellationCouldBeAbout) {
  event.state.load({numbered<BookingId>(1), numbered<UserId>(1), kConfirmed, 1, 1, 6});
  event.state.load({numbered<BookingId>(2), numbered<UserId>(2), kConfirmed, 2, 1, 9});
  add(CommandKind::cancel);
  LONGS_EQUAL(6, needed().seats);
  add(CommandKind::book);
  std::get<Book>(commands.back().action).quantity = 8;
  LONGS_EQUAL(8, needed().seats);
}

TEST(LineNeeded, IsNothingForABookingOfAnotherPool) {
  const PoolId balcony = numbered<PoolId>(2);
  event.state.pools.emplace_back().id = balcony;
  event.state.load({numbered<BookingId>(1), numbered<UserId>(1), kConfirmed, 1, 1, 6, {}, {}, balcony});
  add(CommandKind::cancel);
  std::get<Cancel>(commands.back().action).booking = numbered<BookingId>(1);
  LONGS_EQUAL(0, needed().seats);
  std::get<Cancel>(commands.back().action).booking = numbered<BookingId>(2);  // perhaps the batch makes it
  CHECK_TRUE(needed().seats > 0);
}

TEST(LineNeeded, CountsWhatIsFree) {
  event.pool().available = 3;
  add(CommandKind::book);
  LONGS_EQUAL(3, needed().seats);
}

TEST(LineNeeded, IsTheRaiseOfTheCapacity) {
  resize(14);
  LONGS_EQUAL(4, needed().seats);
}

TEST(LineNeeded, CountsARaiseAfterALowering) {
  resize(3);
  resize(12);
  CHECK_TRUE(needed().seats >= 9);
}

TEST(LineNeeded, IsNothingForASingleTicketWhenNothingIsFree) {
  event.state.edition = 1;
  add(CommandKind::book);
  LONGS_EQUAL(0, needed().head);
}

// Whose skips are counted.
TEST(LineNeeded, HasTheFirstAmongGroups) {
  add(CommandKind::book);
  LONGS_EQUAL(1, needed().head);
}

TEST(LineNeeded, HasThoseWhoWantMoreThanALowering) {
  resize(3);
  LONGS_EQUAL(0, needed().seats);
  CHECK_TRUE(needed().misfits_above == std::vector({3}));
}

// Those who want 4 may be many, and stand before those who want 6.
TEST(LineNeeded, HasThoseWhoWantMoreThanEachOfTwoLowerings) {
  resize(5);
  resize(3);
  CHECK_TRUE(needed().misfits_above == std::vector({5, 3}));
}

TEST(LineNeeded, IsNeverMoreThanAreWaiting) {
  event.pool().waiting_entries = event.pool().waiting_tickets = 2;
  resize(1'000'000);
  add(CommandKind::cancel);
  LONGS_EQUAL(2, needed().seats);
  LONGS_EQUAL(2, needed().head);
}

TEST(LineNeeded, DoesNotOverflowWithManyRaises) {
  for (int i = 0; i < 3'000; ++i) resize(1'000'000);
  LONGS_EQUAL(1000, needed().seats);
}
