// Held seats in the tables: what is loaded of them is enough to decide, and what is read of them goes by the time.
#include "domain/shard.h"
#include "postgres/errors.h"
#include "postgres/rows.h"
#include "storage/batch.h"
#include "storage/bookings.h"
#include "storage/bulk_changes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using domain::BookingState;
using domain::Outcome;
using std::chrono::hours;
using std::chrono::minutes;

TEST_GROUP_BASE(StorageHeld, IntegrationTest) {
  const EventId event = make_event(2, 10);
  const UserId ann = make_user(), bob = make_user(), cid = make_user();

  void setup() override {
    sql("UPDATE events SET start_date_time = start_date_time + interval '2 days', end_date_time = end_date_time + "
        "interval '2 days' WHERE id = $1",
        event.str());
  }
  void teardown() override { expect_text("", broken_rule(event)); }

  void change_event(const domain::EventChanges& changes) const {
    auto command = resize(event, 2);
    command.action = domain::UpdateEvent{changes};
    carry_out(command);
  }
  Decided confirm(UserId user, BookingId booking, std::optional<int> quantity = std::nullopt) const {
    auto command = command_for(domain::CommandKind::confirm, user, event);
    command.action = domain::Confirm{booking, quantity};
    return carry_out(command);
  }
  storage::BookingDetails read(BookingId booking, UserId user, Time at) const {
    return *commit([&](pqxx::work& tx) { return storage::find_booking(tx, booking, user, at); });
  }
  bool is_due(Time at) const {
    const std::set shard{domain::shard_of(event, 16)};
    const auto all = commit([&](pqxx::work& tx) { return storage::list_due_events(tx, shard, 16, at); });
    return std::find(all.begin(), all.end(), event) != all.end();
  }
  void settle(Time at) const {
    auto command = command_for(domain::CommandKind::settle, ann, event);
    command.accepted_at = at;
    commit([&](pqxx::work& tx) { return carry_out_deadline(tx, command); });
  }
  std::string told(UserId user) const {
    return postgres::text_of(
        sql("SELECT coalesce(string_agg(kind, ' ' ORDER BY created_at, id), '') FROM notifications WHERE user_id = $1",
            user.str())[0][0]);
  }
};

TEST(StorageHeld, StayWithWhoSaysYes) {
  change_event({.rules = {.hold_minutes = 30}});
  const auto booking = *carry_out(book(ann, event)).booking;
  const auto held = read(booking, ann, now());
  CHECK(held.state == BookingState::held && held.expires_at > now() + minutes(29));
  CHECK(confirm(bob, booking).reason == domain::Reason::not_yours_to_confirm);
  CHECK(confirm(ann, booking).outcome == Outcome::confirmed_held);
  const auto confirmed = read(booking, ann, now() + hours(1));
  CHECK(confirmed.state == BookingState::confirmed && !confirmed.expires_at);
  expect_text("held confirmed", told(ann));
}

TEST(StorageHeld, OfSomebodyElseAreConfirmedByTheOrganiser) {
  change_event({.rules = {.hold_minutes = 30, .confirmed_by = domain::ConfirmedBy::organiser}});
  const auto booking = *carry_out(book(ann, event)).booking;
  CHECK(confirm(owner_of(event), booking).outcome == Outcome::confirmed_held);
  expect_text("held confirmed", told(ann));
}

TEST(StorageHeld, GoToTheNextAtTheDeadline) {
  change_event({.rules = {.hold_minutes = 30}});
  const auto booking = *carry_out(book(ann, event)).booking;
  carry_out(book(cid, event));
  carry_out(book(bob, event));
  const auto later = now() + minutes(31);
  CHECK_FALSE(is_due(now()));
  CHECK(is_due(later));
  const auto read_late = read(booking, ann, later);  // before the worker comes
  CHECK(read_late.state == BookingState::cancelled && !read_late.expires_at);
  expect_text("offer_expired", *read_late.reason);
  settle(later);
  CHECK_FALSE(is_due(later));
  expect_text("offer_expired", *read(booking, ann, later).reason);
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  expect_text("held expired", told(ann));
  expect_text("waitlisted promoted", told(bob));
}

TEST(StorageHeld, AreOfferedToTheLine) {
  carry_out(book(cid, event));
  carry_out(book(cid, event));
  change_event({.rules = {.offer_minutes = 60}});
  const auto booking = *carry_out(book(ann, event)).booking;
  carry_out(cancel(cid, event));
  CHECK(read(booking, ann, now()).state == BookingState::held);
  expect_text("waitlisted offered", told(ann));
}

TEST(StorageHeld, GoBackInPart) {
  change_event({.rules = {.hold_minutes = 30}});
  auto two = book(ann, event);
  std::get<domain::Book>(two.action).quantity = 2;
  const auto booking = *carry_out(two).booking;
  carry_out(book(bob, event));
  confirm(ann, booking, 1);
  LONGS_EQUAL(2, count_bookings(event, "confirmed"));
}

TEST(StorageHeld, EndSoonerWhenTheEventIsMovedAhead) {
  change_event({.rules = {.hold_minutes = 120}});
  const auto booking = *carry_out(book(ann, event)).booking;
  change_event({.starts_at = now() + hours(1)});
  const auto later = now() + minutes(61);
  CHECK(read(booking, ann, later).state == BookingState::cancelled);
  CHECK(is_due(later));
  settle(later);
  LONGS_EQUAL(0, count_bookings(event, "confirmed"));
  CHECK_FALSE(is_due(later));
}

TEST(StorageHeld, EndAtTheirDeadlineWhenTheWorkerHasNotCome) {
  change_event({.rules = {.hold_minutes = 30}});
  const auto booking = *carry_out(book(ann, event)).booking;
  const auto deadline = *read(booking, ann, now()).expires_at;
  CHECK(read(booking, ann, deadline - milliseconds(1)).state == BookingState::held);
  CHECK(read(booking, ann, deadline).state == BookingState::cancelled);
  CHECK(read(booking, ann, deadline + hours(1)).cancelled_at == deadline);
}

TEST(StorageHeld, MayBeCancelled) {
  change_event({.rules = {.hold_minutes = 30}});
  const auto booking = *carry_out(book(ann, event)).booking;
  CHECK(carry_out(cancel(ann, event)).outcome == Outcome::cancelled);
  const auto ended = read(booking, ann, now() + hours(1));
  CHECK(ended.state == BookingState::cancelled && !ended.reason && !ended.expires_at);
}

TEST(StorageHeld, AreFoundByWhoKnowsTheirEvent) {
  change_event({.rules = {.hold_minutes = 30, .confirmed_by = domain::ConfirmedBy::organiser}});
  const auto booking = *carry_out(book(ann, event)).booking;
  const auto find = [&](EventId of, BookingId id) {
    return commit([&](pqxx::work& tx) { return storage::find_booking_of(tx, of, id, now()); });
  };
  CHECK(find(event, booking)->user == ann && find(event, booking)->state == BookingState::held);
  CHECK(find(event, booking)->confirmed_by == domain::ConfirmedBy::organiser);
  CHECK_FALSE(find(make_event(), booking).has_value());
  CHECK_FALSE(find(event, fresh<BookingId>()).has_value());
}

TEST(StorageHeld, KeepTheirDeadlineWhenTheStartIsMovedThereAndBack) {
  change_event({.rules = {.hold_minutes = 120}});
  const auto booking = *carry_out(book(ann, event)).booking;
  const auto deadline = read(booking, ann, now()).expires_at;
  change_event({.starts_at = now() + hours(1)});
  carry_out_pieces(event);
  change_event({.starts_at = now() + hours(48)});
  CHECK(read(booking, ann, now()).expires_at == deadline);
}

TEST(StorageHeld, EndWithTheEvent) {
  change_event({.rules = {.hold_minutes = 30}});
  const auto booking = *carry_out(book(ann, event)).booking;
  carry_out(remove(event));
  CHECK(read(booking, ann, now()).state == BookingState::cancelled);
  carry_out_pieces(event);
  CHECK_FALSE(is_due(now() + hours(1)));
  CHECK(read(booking, ann, now()).state == BookingState::cancelled);
}

TEST(StorageHeld, AreDueInALineThatClosesAtTheStart) {
  change_event({.rules = {.line_closes = domain::LineCloses::start}});
  for (const auto& user : {ann, ann, bob}) carry_out(book(user, event));
  CHECK_FALSE(is_due(now() + hours(71)));
  const auto begun = now() + hours(73);
  CHECK(is_due(begun));
  settle(begun);
  CHECK_FALSE(is_due(begun));
  carry_out_pieces(event, begun);
}

// It ends a booking of an event that it may not decide about, and finds out when it comes to the event.
TEST(StorageHeld, AreKeptFromWhoKnowsOnlyOlderRules) {
  change_event({.rules = {.hold_minutes = 30}});
  carry_out(book(ann, event));
  auto kind = postgres::FaultKind::refused;
  try {
    commit([&](pqxx::work& tx) {
      tx.exec("SET LOCAL ticketd.edition = '2'");
      tx.exec("UPDATE bookings SET state = 'cancelled', cancelled_at = now() WHERE event_id = '" + event.str() + "'");
      tx.exec("UPDATE events SET available_tickets = 2 WHERE id = '" + event.str() + "'");
    });
  } catch (...) {
    kind = postgres::fault_of(std::current_exception()).kind;
  }
  CHECK(kind == postgres::FaultKind::unavailable);
}

}  // namespace ticketd::tests
