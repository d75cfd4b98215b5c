// Seats that are held for a yes: for whoever books, and for those who are served from the line.
#include "event_on_trial.h"
#include "expect.h"

namespace ticketd::tests {

using namespace domain;
using std::chrono::hours;
using std::chrono::minutes;

constexpr int kAnn = 1, kBob = 2, kCid = 3, kDee = 4;

TEST_GROUP(DomainDecideHeld) {
  EventOnTrial event{2, 10};

  void setup() override {
    event.state.starts_at = event.clock.now() + hours(48);
    event.state.ends_at = event.clock.now() + hours(50);
  }
  void hold(int for_minutes) { event.state.hold_minutes = for_minutes; }
  void offer(int for_minutes) { event.state.offer_minutes = for_minutes; }
  Decided confirm(int user, const Decided& booked, std::optional<int> quantity = std::nullopt) {
    auto command = event.command(CommandKind::confirm, user);
    command.action = Confirm{*booked.booking, quantity};
    return decided(event.state, command);
  }
  Booking now(const Decided& booked) const { return *event.state.find(*booked.booking); }
  // Two seats taken by Cid, and Ann and Bob wait for one each.
  void fill() {
    event.book(kCid, 2);
    event.book(kAnn);
    event.book(kBob);
  }
};

TEST(DomainDecideHeld, WhoeverBooksHasSeatsUntilADeadline) {
  hold(30);
  const auto ann = event.book(kAnn);
  CHECK_TRUE(ann.outcome == Outcome::held);
  CHECK_TRUE(now(ann).state == BookingState::held && now(ann).held_until == event.clock.now() + minutes(30));
  LONGS_EQUAL(1, event.pool().available);
  LONGS_EQUAL(3, event.state.edition);
}

TEST(DomainDecideHeld, NoDeadlineLiesBehindTheStart) {
  hold(30);
  event.clock.tick(hours(47) + minutes(45));
  CHECK_TRUE(now(event.book(kAnn)).held_until == event.state.starts_at);
  event.clock.tick(minutes(15));
  CHECK_TRUE(event.book(kBob).outcome == Outcome::confirmed);
}

TEST(DomainDecideHeld, AStartThatWasMovedAheadEndsThemAll) {
  hold(120);
  const auto ann = event.book(kAnn);
  EventChanges sooner;
  sooner.starts_at = event.clock.now() + hours(1);
  event.update(sooner);
  event.clock.tick(hours(1));
  CHECK_TRUE(confirm(kAnn, ann).reason == Reason::offer_expired);
  CHECK_TRUE(std::holds_alternative<HoldExpired>(event.settle().at(0)));
}

TEST(DomainDecideHeld, AYesConfirmsOnce) {
  hold(30);
  const auto ann = event.book(kAnn, 2);
  CHECK_TRUE(confirm(kAnn, ann).outcome == Outcome::confirmed_held);
  CHECK_TRUE(now(ann).state == BookingState::confirmed && !now(ann).held_until);
  LONGS_EQUAL(0, event.pool().available);
  CHECK_TRUE(confirm(kAnn, ann).reason == Reason::not_held);
  event.clock.tick(hours(1));
  CHECK_TRUE(event.settle().empty());
}

TEST(DomainDecideHeld, AYesToFewerGivesTheOthersBack) {
  hold(30);
  const auto ann = event.book(kAnn, 2);
  const auto bob = event.book(kBob);
  CHECK_TRUE(confirm(kAnn, ann, 3).reason == Reason::limit_reached);
  const auto yes = confirm(kAnn, ann, 1);
  CHECK_TRUE(yes.outcome == Outcome::confirmed_held);
  LONGS_EQUAL(1, std::get<HoldConfirmed>(yes.facts[0]).given_back);
  LONGS_EQUAL(1, now(ann).quantity);
  CHECK_TRUE(now(bob).state == BookingState::confirmed);  // served from the line, and nothing is offered to it
}

TEST(DomainDecideHeld, AtTheDeadlineItIsTooLate) {
  hold(30);
  const auto ann = event.book(kAnn), bob = event.book(kBob);
  event.clock.tick(minutes(30) - std::chrono::milliseconds(1));
  CHECK_TRUE(confirm(kAnn, ann).outcome == Outcome::confirmed_held);
  CHECK_TRUE(event.settle().empty());
  event.clock.tick(std::chrono::milliseconds(1));
  CHECK_TRUE(confirm(kBob, bob).reason == Reason::offer_expired);
  CHECK_TRUE(event.settle().size() == 1);
  CHECK_TRUE(confirm(kBob, bob).reason == Reason::not_held);
  LONGS_EQUAL(1, event.pool().available);
}

TEST(DomainDecideHeld, TheYesOfTheOneCountsWhoIsAskedFor) {
  hold(30);
  const auto ann = event.book(kAnn), bob = event.book(kBob);
  CHECK_TRUE(confirm(EventOnTrial::kOwner, ann).reason == Reason::not_yours_to_confirm);
  CHECK_TRUE(confirm(kBob, ann).reason == Reason::not_yours_to_confirm);
  event.state.confirmed_by = ConfirmedBy::organiser;
  CHECK_TRUE(confirm(kAnn, ann).reason == Reason::not_yours_to_confirm);
  const auto yes = confirm(EventOnTrial::kOwner, bob);
  CHECK_TRUE(yes.outcome == Outcome::confirmed_held && other_user_of(yes.facts.at(1)) == numbered<UserId>(kBob));
}

TEST(DomainDecideHeld, WhatWaitsIsNotHeld) {
  fill();
  const auto dee = event.book(kDee);
  CHECK_TRUE(confirm(kDee, dee).reason == Reason::not_held);
}

TEST(DomainDecideHeld, AnOfferThatNobodyTookGoesToTheNext) {
  offer(60);
  fill();
  const auto cancelled = event.cancel(kCid, std::nullopt, 1);
  const auto& ann = cancelled.bookings.at(1);
  LONGS_EQUAL(kAnn, user_of(ann));
  CHECK_TRUE(ann.state == BookingState::held && ann.held_until == event.clock.now() + minutes(60));
  event.clock.tick(minutes(60));
  const auto facts = event.settle();
  LONGS_EQUAL(2, facts.size());
  CHECK_TRUE(std::get<HoldExpired>(facts[0]).booking.id == ann.id);
  const auto& bob = std::get<Promoted>(facts[1]).booking;
  LONGS_EQUAL(kBob, user_of(bob));
  CHECK_TRUE(bob.state == BookingState::held && bob.held_until == event.clock.now() + minutes(60));
}

TEST(DomainDecideHeld, OfTheLineWhoBooksIsNoOffer) {
  offer(60);
  event.book(kCid);
  CHECK_TRUE(event.book(kAnn, 2).outcome == Outcome::waitlisted);
  CHECK_TRUE(event.book(kBob).outcome == Outcome::confirmed);  // past Ann, and at once
}

TEST(DomainDecideHeld, SoonBeforeTheStartNothingIsOffered) {
  offer(60);
  fill();
  event.clock.tick(hours(46) - std::chrono::milliseconds(1));
  CHECK_TRUE(event.cancel(kCid, std::nullopt, 1).bookings.at(1).state == BookingState::held);
  event.clock.tick(std::chrono::milliseconds(1));
  CHECK_TRUE(event.cancel(kCid).bookings.at(1).state == BookingState::confirmed);
}

TEST(DomainDecideHeld, SeveralDeadlinesAtOnceEndBeforeTheSeatsGoOn) {
  hold(30);
  event.book(kAnn);
  event.book(kBob);
  event.book(kCid, 2);
  event.clock.tick(minutes(30));
  const auto facts = event.settle();
  LONGS_EQUAL(3, facts.size());
  LONGS_EQUAL(kAnn, user_of(std::get<HoldExpired>(facts[0]).booking));
  LONGS_EQUAL(kBob, user_of(std::get<HoldExpired>(facts[1]).booking));
  LONGS_EQUAL(2, std::get<Promoted>(facts[2]).booking.quantity);
}

TEST(DomainDecideHeld, WhatIsHeldMayBeCancelledOrGivenBackInPart) {
  hold(30);
  const auto ann = event.book(kAnn, 2);
  CHECK_TRUE(event.cancel(kAnn, std::nullopt, 1).outcome == Outcome::shrunk);
  CHECK_TRUE(now(ann).state == BookingState::held && now(ann).quantity == 1);
  const auto all = event.cancel(kAnn);
  CHECK_TRUE(all.outcome == Outcome::cancelled);
  CHECK_TRUE(!std::get<Cancelled>(all.facts[0]).booking.held_until);  // as the schema wants its row
  LONGS_EQUAL(2, event.pool().available);
}

TEST(DomainDecideHeld, WhatIsHeldIsTaken) {
  hold(30);
  event.book(kAnn, 2);
  CHECK_TRUE(event.resize(1).reason == Reason::capacity_below_confirmed);
  event.state.max_per_user = 2;
  CHECK_TRUE(event.book(kAnn).reason == Reason::limit_reached);
}

TEST(DomainDecideHeld, ALineMayCloseWhenTheEventStarts) {
  fill();
  EventChanges at_start;
  at_start.rules.line_closes = LineCloses::start;
  event.update(at_start);
  LONGS_EQUAL(3, event.state.edition);
  event.clock.tick(hours(48) - std::chrono::milliseconds(1));
  CHECK_TRUE(event.settle().empty());
  event.clock.tick(std::chrono::milliseconds(1));
  const auto next_seq = event.state.next_seq;
  CHECK_TRUE(event.book(kDee).reason == Reason::line_closed);
  LONGS_EQUAL(2, event.pool().waiting_entries);
  LONGS_EQUAL(next_seq, event.state.next_seq);
  const auto facts = event.settle();
  LONGS_EQUAL(1, facts.size());
  CHECK_TRUE(std::get<LineClosed>(facts[0]).is_news);
  event.cancel(kCid);
  CHECK_TRUE(event.book(kDee).outcome == Outcome::confirmed);  // there are seats, and it is not over
}

TEST(DomainDecideHeld, WithOffersTheLineClosesWhenTheEventStarts) {
  offer(60);
  fill();
  event.clock.tick(hours(48));
  const auto cancelled = event.cancel(kCid);
  LONGS_EQUAL(2, cancelled.facts.size());
  CHECK_TRUE(std::holds_alternative<LineClosed>(cancelled.facts[1]));
}

TEST(DomainDecideHeld, WhoBooksAfterTheLineIsOverClosesIt) {
  fill();
  event.book(kDee, 2);
  event.cancel(kCid, std::nullopt, 1);  // Ann
  event.pool().served_past = {};
  event.state.line_closes = LineCloses::start;
  event.cancel(kAnn);  // Bob
  event.cancel(kBob);  // free, and Dee wants two
  LONGS_EQUAL(1, event.pool().available);
  event.clock.tick(hours(48));
  const auto late = event.book(kAnn);
  CHECK_TRUE(late.outcome == Outcome::confirmed);
  CHECK_TRUE(std::holds_alternative<LineClosed>(late.facts.at(1)));
  LONGS_EQUAL(0, event.pool().waiting_entries);
}

}  // namespace ticketd::tests
