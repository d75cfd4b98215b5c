// Pools of seats and ticket types: what is booked of which, and what their owner makes of them.
#include "event_on_trial.h"
#include "expect.h"

namespace ticketd::tests {

using namespace domain;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int kAnn = 1, kBob = 2, kCid = 3, kDee = 4;

TEST_GROUP(DomainDecidePools) {
  EventOnTrial event{5, 10};
  const PoolId floor{event.state.id.uuid};
  const PoolId balcony = numbered<PoolId>(50);
  const TicketTypeId adult{event.state.id.uuid};
  const TicketTypeId member = numbered<TicketTypeId>(60);

  void setup() override {
    event.state.pools.front().id = floor;
    event.state.types.front() = {.id = adult, .pool = floor};
    event.state.starts_at = event.clock.now() + hours(48);
    event.state.ends_at = event.clock.now() + hours(50);
  }
  Decided set_pool(PoolId pool, const PoolChanges& changes, int user = EventOnTrial::kOwner) {
    auto command = event.command(CommandKind::set_pool, user);
    command.action = SetPool{pool, changes};
    return decided(event.state, command);
  }
  Decided set_type(TicketTypeId type, const TicketTypeChanges& changes, int user = EventOnTrial::kOwner) {
    auto command = event.command(CommandKind::set_ticket_type, user);
    command.action = SetTicketType{type, changes};
    return decided(event.state, command);
  }
  Decided book(int user, std::optional<TicketTypeId> type, int quantity = 1) {
    auto command = event.command(CommandKind::book, user);
    auto& wish = std::get<Book>(command.action);
    wish.type = type;
    wish.quantity = quantity;
    return decided(event.state, command);
  }
  const SeatPool& pool(PoolId which) { return event.state.pool(which); }
  const TicketType& type(TicketTypeId which) { return event.state.type(which); }
  // A balcony of so many seats, and members who sit there.
  void add_balcony(int seats) {
    set_pool(balcony, {.capacity = seats});
    set_type(member, {.pool = balcony, .position = 1});
  }
};

TEST(DomainDecidePools, LinesArePerPool) {
  add_balcony(5);
  book(kBob, adult, 5);
  CHECK_TRUE(book(kCid, adult).outcome == Outcome::waitlisted);
  const auto ann = book(kAnn, member);
  CHECK_TRUE(ann.outcome == Outcome::confirmed);
  CHECK_TRUE(ann.bookings.at(0).pool == balcony && ann.bookings.at(0).type == member);
  LONGS_EQUAL(4, pool(balcony).available);
  LONGS_EQUAL(1, pool(floor).waiting_entries);
}

TEST(DomainDecidePools, SaysThatTheEventHasOtherPools) {
  const auto has_pools = [&](int user) {
    const auto facts = decide(event.state, event.command(CommandKind::book, user));
    return std::get<Waitlisted>(facts.front()).event_has_pools;
  };
  book(kBob, adult, 5);
  CHECK_FALSE(has_pools(kAnn));
  add_balcony(5);
  CHECK_TRUE(has_pools(kAnn));
}

TEST(DomainDecidePools, APlaceIsThatInTheLineOfThePool) {
  add_balcony(1);
  book(kAnn, adult, 5);
  book(kAnn, member);
  LONGS_EQUAL(1, book(kBob, adult).place);
  LONGS_EQUAL(1, book(kCid, member).place);
  LONGS_EQUAL(2, book(kDee, adult).place);
}

TEST(DomainDecidePools, ASeatGoesOnInItsPoolAlone) {
  add_balcony(1);
  book(kAnn, adult, 5);
  const auto ann = book(kAnn, member);
  book(kBob, adult);
  const auto cid = book(kCid, member);
  const auto cancelled = event.cancel(kAnn, ann.booking);
  LONGS_EQUAL(2, cancelled.facts.size());
  CHECK_TRUE(std::get<Promoted>(cancelled.facts.at(1)).booking.id == *cid.booking);
}

TEST(DomainDecidePools, OfOneDecisionTheFirstPoolComesFirst) {
  event.state.hold_minutes = 30;
  add_balcony(1);
  const auto ann = book(kAnn, member);
  const auto bob = book(kBob, adult, 5);
  const auto cid = book(kCid, member);
  const auto dee = book(kDee, adult);
  event.clock.tick(minutes(30));
  const auto facts = event.settle();
  CHECK_TRUE(std::get<HoldExpired>(facts.at(0)).booking.id == *ann.booking);
  CHECK_TRUE(std::get<HoldExpired>(facts.at(1)).booking.id == *bob.booking);
  CHECK_TRUE(std::get<Promoted>(facts.at(2)).booking.id == *dee.booking);
  CHECK_TRUE(std::get<Promoted>(facts.at(3)).booking.id == *cid.booking);
}

TEST(DomainDecidePools, ATypesLimitCountsWhoWaits) {
  event.resize(2);
  set_type(member, {.limit = Change<int>(2), .position = 1});
  book(kAnn, member);
  book(kDee, adult);
  CHECK_TRUE(book(kBob, member).outcome == Outcome::waitlisted);
  event.cancel(kDee);
  event.resize(5);
  CHECK_TRUE(book(kCid, member).reason == Reason::type_limit_reached);
  LONGS_EQUAL(3, pool(floor).available);
  CHECK_TRUE(book(kCid, adult).outcome == Outcome::confirmed);
}

TEST(DomainDecidePools, ATypeHasRoomAgainWhenSomebodyCancels) {
  set_type(member, {.limit = Change<int>(2)});
  book(kAnn, member, 2);
  CHECK_TRUE(book(kBob, member).reason == Reason::type_limit_reached);
  event.cancel(kAnn, {}, 1);
  CHECK_TRUE(book(kBob, member).outcome == Outcome::confirmed);
  LONGS_EQUAL(2, type(member).live);
}

TEST(DomainDecidePools, WhoNamesNoTypeBooksTheFirstPublicOne) {
  set_type(member, {.position = 1});
  CHECK_TRUE(book(kAnn, {}).bookings.at(0).type == adult);
  set_type(adult, {.position = 2});
  CHECK_TRUE(book(kAnn, {}).bookings.at(0).type == member);
  set_type(member, {.visibility = TypeVisibility::hidden});
  CHECK_TRUE(book(kAnn, {}).bookings.at(0).type == adult);
  CHECK_TRUE(book(kAnn, member).bookings.at(0).type == member);
}

TEST(DomainDecidePools, NobodyBooksATypeThatIsNotThereOrArchived) {
  CHECK_TRUE(book(kAnn, member).reason == Reason::ticket_type_not_found);
  set_type(adult, {.archived = true});
  CHECK_TRUE(book(kAnn, adult).reason == Reason::ticket_type_not_found);
  CHECK_TRUE(book(kAnn, {}).reason == Reason::ticket_type_not_found);
  set_type(adult, {.archived = false});
  CHECK_TRUE(book(kAnn, {}).outcome == Outcome::confirmed);
}

TEST(DomainDecidePools, ATypeIsSoldInItsWindow) {
  const auto now = event.clock.now();
  set_type(adult, {.sales_start = Change<Time>(now + hours(1)), .sales_end = Change<Time>(now + hours(2))});
  event.clock.tick(hours(1) - milliseconds(1));
  CHECK_TRUE(book(kAnn, adult).reason == Reason::sale_not_started);
  event.clock.tick(milliseconds(1));
  CHECK_TRUE(book(kAnn, adult).outcome == Outcome::confirmed);
  event.clock.tick(hours(1) - milliseconds(1));
  CHECK_TRUE(book(kAnn, adult).outcome == Outcome::confirmed);
  event.clock.tick(milliseconds(1));
  CHECK_TRUE(book(kAnn, adult).reason == Reason::sale_ended);
}

TEST(DomainDecidePools, TheEventsWindowComesBeforeTheTypes) {
  const auto now = event.clock.now();
  event.update({.rules = {.sales = {{.start = now + hours(1)}}}});
  set_type(adult, {.sales_end = Change<Time>(now)});
  CHECK_TRUE(book(kAnn, adult).reason == Reason::sale_not_started);
  event.clock.tick(hours(1));
  CHECK_TRUE(book(kAnn, adult).reason == Reason::sale_ended);
  set_type(adult, {.sales_end = Change<Time>(std::optional<Time>())});
  CHECK_TRUE(book(kAnn, adult).outcome == Outcome::confirmed);
}

TEST(DomainDecidePools, ASaleEndsAfterItStarts) {
  const auto now = event.clock.now();
  CHECK_TRUE(set_type(adult, {.sales_start = Change<Time>(now), .sales_end = Change<Time>(now)}).reason ==
             Reason::ends_before_start);
  set_type(adult, {.sales_start = Change<Time>(now)});
  CHECK_TRUE(set_type(adult, {.sales_end = Change<Time>(now)}).reason == Reason::ends_before_start);
  CHECK_FALSE(type(adult).sales.end.has_value());
}

TEST(DomainDecidePools, WhatIsHeldBackNobodyGets) {
  CHECK_TRUE(set_pool(floor, {.held_back = 3}).outcome == Outcome::updated);
  LONGS_EQUAL(2, pool(floor).available);
  CHECK_TRUE(book(kAnn, {}, 3).reason == Reason::never_fits);
  CHECK_TRUE(book(kAnn, {}, 2).outcome == Outcome::confirmed);
  CHECK_TRUE(book(kBob, {}).outcome == Outcome::waitlisted);
  CHECK_TRUE(set_pool(floor, {.held_back = 4}).reason == Reason::capacity_below_confirmed);
  CHECK_TRUE(set_pool(floor, {.capacity = 4}).reason == Reason::capacity_below_confirmed);
  LONGS_EQUAL(3, pool(floor).held_back);
}

TEST(DomainDecidePools, WhatIsReleasedGoesToTheLine) {
  set_pool(floor, {.held_back = 3});
  book(kAnn, {}, 2);
  const auto bob = book(kBob, {}, 2);
  const auto released = set_pool(floor, {.held_back = 1});
  CHECK_TRUE(std::get<Promoted>(released.facts.at(1)).booking.id == *bob.booking);
  LONGS_EQUAL(0, pool(floor).available);
}

TEST(DomainDecidePools, WhatIsReleasedGoesToEverybodyWhereNobodyWaits) {
  set_pool(floor, {.held_back = 3});
  book(kAnn, {}, 2);
  book(kBob, {}, 2);
  const PoolChanges released = {.held_back = 0, .to = ReleaseTo::everybody};
  CHECK_TRUE(set_pool(floor, released).reason == Reason::line_not_empty);
  LONGS_EQUAL(3, pool(floor).held_back);
  event.cancel(kBob);
  CHECK_TRUE(set_pool(floor, released).outcome == Outcome::updated);
  LONGS_EQUAL(3, pool(floor).available);
}

TEST(DomainDecidePools, WhatIsReleasedGoesToEverybodyWhenTheLineIsOver) {
  event.state.line_closes = LineCloses::start;
  set_pool(floor, {.held_back = 3});
  book(kAnn, {}, 2);
  book(kBob, {});
  event.clock.tick(hours(48));
  const auto released = set_pool(floor, {.held_back = 0, .to = ReleaseTo::everybody});
  CHECK_TRUE(std::holds_alternative<LineClosed>(released.facts.at(1)));
  LONGS_EQUAL(3, pool(floor).available);
}

TEST(DomainDecidePools, WhoWantsMoreThanIsNotHeldBackIsEnded) {
  book(kAnn, {}, 2);
  const auto bob = book(kBob, {}, 4);
  const auto held_back = set_pool(floor, {.held_back = 2});
  CHECK_TRUE(std::get<NeverFits>(held_back.facts.at(1)).booking.id == *bob.booking);
  LONGS_EQUAL(0, pool(floor).waiting_entries);
  LONGS_EQUAL(2, type(adult).live);
  LONGS_EQUAL(0, type(adult).waiting);
}

TEST(DomainDecidePools, ManyReleasedSeatsComeInSteps) {
  event.state.promoted_at_once = 1;
  set_pool(floor, {.held_back = 5});
  LONGS_EQUAL(0, pool(floor).available);
  set_pool(floor, {.held_back = 4});
  for (const int person : {kAnn, kBob, kCid, kDee}) book(person, {});
  const auto released = set_pool(floor, {.held_back = 0});
  LONGS_EQUAL(2, pool(floor).capacity);
  LONGS_EQUAL(5, pool(floor).capacity_to_be());
  CHECK_TRUE(std::holds_alternative<EventGrew>(released.facts.back()));
  while (event.state.goes_on()) event.settle();
  LONGS_EQUAL(5, pool(floor).capacity);
  LONGS_EQUAL(1, pool(floor).available);
}

TEST(DomainDecidePools, ATotalIsOfAnEventWithOnePool) {
  set_pool(floor, {.held_back = 1});
  CHECK_TRUE(event.resize(7).outcome == Outcome::updated);
  LONGS_EQUAL(6, pool(floor).available);
  add_balcony(5);
  CHECK_TRUE(event.resize(1).reason == Reason::event_has_pools);
  LONGS_EQUAL(7, pool(floor).capacity);
}

TEST(DomainDecidePools, ATypeMovesWhileNobodyHasIt) {
  add_balcony(5);
  const auto ann = book(kAnn, member);
  CHECK_TRUE(set_type(member, {.pool = floor}).reason == Reason::type_has_bookings);
  CHECK_TRUE(set_type(member, {.pool = balcony}).outcome == Outcome::updated);
  event.cancel(kAnn, ann.booking);
  CHECK_TRUE(set_type(member, {.pool = floor}).outcome == Outcome::updated);
  CHECK_TRUE(book(kAnn, member).bookings.at(0).pool == floor);
  LONGS_EQUAL(5, pool(balcony).available);
}

TEST(DomainDecidePools, WhoWaitsKeepsATypeInItsPool) {
  add_balcony(1);
  book(kAnn, adult, 5);
  set_type(member, {.pool = floor});
  book(kBob, member);
  CHECK_TRUE(set_type(member, {.pool = balcony}).reason == Reason::type_has_bookings);
}

TEST(DomainDecidePools, ATypeBelongsToAPoolThatThereIs) {
  CHECK_TRUE(set_type(member, {.pool = balcony}).reason == Reason::pool_not_found);
  LONGS_EQUAL(1, event.state.types.size());
  CHECK_TRUE(set_type(member, {}).outcome == Outcome::updated);
  CHECK_TRUE(type(member).pool == floor);
}

// What was booked before there were types was counted by nobody: it is the first type's.
TEST(DomainDecidePools, WhatWasThereBeforeIsTheFirstTypes) {
  book(kAnn, {}, 4);
  book(kBob, {}, 2);
  event.state.types.front().live = event.state.types.front().waiting = 0;  // as such an event is loaded
  set_type(adult, {.limit = Change<int>(6)});
  LONGS_EQUAL(6, type(adult).live);
  LONGS_EQUAL(2, type(adult).waiting);
  LONGS_EQUAL(kEditionOfPools, event.state.edition);
  CHECK_TRUE(book(kCid, {}).reason == Reason::type_limit_reached);
}

TEST(DomainDecidePools, NeitherPoolsNorTypesAreMoreThanThereMayBe) {
  for (int i = 1; i < kPoolsMax; ++i)
    CHECK_TRUE(set_pool(numbered<PoolId>(100 + i), {.capacity = 1}).outcome == Outcome::updated);
  CHECK_TRUE(set_pool(balcony, {.capacity = 1}).reason == Reason::too_many);
  for (int i = 1; i < kTicketTypesMax; ++i)
    CHECK_TRUE(set_type(numbered<TicketTypeId>(100 + i), {}).outcome == Outcome::updated);
  CHECK_TRUE(set_type(member, {}).reason == Reason::too_many);
  CHECK_TRUE(set_pool(floor, {.capacity = kSeatsMax - kPoolsMax + 1}).outcome == Outcome::updated);
  CHECK_TRUE(set_pool(floor, {.capacity = kSeatsMax - kPoolsMax + 2}).reason == Reason::too_many);
}

TEST(DomainDecidePools, OnlyTheOwnerSetsThemWhileTheEventIsOpen) {
  CHECK_TRUE(set_pool(balcony, {}, kAnn).reason == Reason::not_event_owner);
  CHECK_TRUE(set_type(member, {}, kAnn).reason == Reason::not_event_owner);
  LONGS_EQUAL(1, event.state.edition);
  event.remove();
  CHECK_TRUE(set_pool(balcony, {}).reason == Reason::event_cancelled);
  CHECK_TRUE(set_type(member, {}).reason == Reason::event_cancelled);
}

TEST(DomainDecidePools, AllLinesCloseAtOnce) {
  event.state.line_closes = LineCloses::start;
  add_balcony(1);
  book(kAnn, adult, 5);
  book(kAnn, member);
  book(kBob, adult);
  book(kCid, member);
  event.clock.tick(hours(48));
  const auto facts = event.settle();
  LONGS_EQUAL(1, facts.size());
  CHECK_TRUE(std::holds_alternative<LineClosed>(facts.at(0)));
  LONGS_EQUAL(0, event.state.waiting_entries());
  LONGS_EQUAL(5, type(adult).live);
  LONGS_EQUAL(1, type(member).live);
  LONGS_EQUAL(0, type(adult).waiting + type(member).waiting);
}

TEST(DomainDecidePools, ADeletedEventHoldsNothingBack) {
  add_balcony(3);
  set_pool(balcony, {.held_back = 2});
  book(kAnn, adult, 2);
  book(kAnn, member);
  event.remove();
  LONGS_EQUAL(5, pool(floor).available);
  LONGS_EQUAL(3, pool(balcony).available);
  LONGS_EQUAL(0, pool(balcony).held_back + type(adult).live + type(member).live);
}

}  // namespace ticketd::tests
