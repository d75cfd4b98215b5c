// Bookings of several tickets in the tables: what is loaded of a line with groups is enough to decide it.
#include "domain/shard.h"
#include "postgres/errors.h"
#include "postgres/rows.h"
#include "storage/batch.h"
#include "storage/bulk_changes.h"
#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using domain::Outcome;
using domain::Remainder;

TEST_GROUP_BASE(StorageGroups, IntegrationTest) {
  static domain::Command book(UserId user, EventId event, int quantity,
                              std::optional<Remainder> accept_fewer = std::nullopt) {
    auto command = tests::book(user, event);
    std::get<domain::Book>(command.action).quantity = quantity;
    std::get<domain::Book>(command.action).accept_fewer = accept_fewer;
    return command;
  }
  static domain::Command change_event(EventId event, const domain::EventChanges& changes) {
    auto command = resize(event, 1);
    command.action = domain::UpdateEvent{changes};
    return command;
  }
  static domain::Command give_back(UserId user, EventId event, int quantity) {
    auto command = cancel(user, event);
    command.action = domain::Cancel{{}, quantity};
    return command;
  }
  // "confirmed 4, waitlisted 2" of a user's bookings in their order.
  static std::string bookings_of(UserId user) {
    const auto rows =
        sql("SELECT coalesce(string_agg(state || ' ' || quantity, ', ' ORDER BY seq), '') FROM bookings "
            "WHERE user_id = $1",
            user.str());
    return postgres::text_of(rows[0][0]);
  }
  static std::int64_t column(EventId event, const std::string& what) {
    return sql_number("SELECT " + what + " FROM events WHERE id = $1", event.str());
  }
  // Nine of ten seats are taken, by three who have three each.
  EventId event = make_event(10, 10);
  std::vector<UserId> others = make_users(3);
  UserId ann = make_user(), bob = make_user(), dee = make_user();

  void setup() override {
    sql("UPDATE events SET start_date_time = start_date_time + interval '2 days', end_date_time = end_date_time + "
        "interval '2 days' WHERE id = $1",
        event.str());
    for (const auto& other : others) carry_out(book(other, event, 3));
  }
  void teardown() override { expect_text("", broken_rule(event)); }
};

TEST(StorageGroups, WaitForAllTheirSeats) {
  CHECK(carry_out(book(ann, event, 4)).outcome == Outcome::waitlisted);
  LONGS_EQUAL(1, column(event, "available_tickets"));
  LONGS_EQUAL(3, column(event, "waiting_more"));
  LONGS_EQUAL(3, sql_number("SELECT more FROM waiting_blocks WHERE event_id = $1", event.str()));
  carry_out(cancel(others[0], event));
  expect_text("confirmed 4", bookings_of(ann));
  LONGS_EQUAL(0, column(event, "waiting_more"));
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM waiting_blocks WHERE event_id = $1", event.str()));
}

TEST(StorageGroups, ArePassedUntilSeatsAreSavedForThem) {
  carry_out(change_event(event, {.rules = {.max_skips = 1}}));
  carry_out(book(ann, event, 4));
  CHECK(carry_out(book(bob, event, 1)).outcome == Outcome::confirmed);
  LONGS_EQUAL(1, column(event, "cardinality(served_past)"));
  carry_out(cancel(bob, event));
  LONGS_EQUAL(1, column(event, "saved::int"));
  CHECK(carry_out(book(dee, event, 1)).outcome == Outcome::waitlisted);
  carry_out(cancel(others[1], event));
  expect_text("confirmed 4", bookings_of(ann));
  expect_text("waitlisted 1", bookings_of(dee));
  LONGS_EQUAL(0, column(event, "coalesce(cardinality(served_past), 0) + saved::int"));
}

TEST(StorageGroups, AreServedFromBehindThoseWhoAreNotLoaded) {
  for (const auto& waiting : make_users(30)) carry_out(book(waiting, event, 5));
  carry_out(change_event(event, {.rules = {.max_skips = 100}}));
  carry_out(book(ann, event, 3));
  carry_out(book(bob, event, 2));
  carry_out(give_back(others[2], event, 1));
  expect_text("confirmed 2", bookings_of(bob));
  expect_text("waitlisted 3", bookings_of(ann));
}

TEST(StorageGroups, HandOnWhatWasSavedWhenTheEventBeginsSoon) {
  carry_out(change_event(event, {.rules = {.max_skips = 0}}));
  carry_out(book(ann, event, 4));
  carry_out(book(dee, event, 1));
  const std::set<int> shard = {domain::shard_of(event, 16)};
  const auto due = [&](Time at) {
    const auto all = commit([&](pqxx::work& tx) { return storage::list_due_events(tx, shard, 16, at); });
    return std::find(all.begin(), all.end(), event) != all.end();
  };
  CHECK_FALSE(due(now()));
  const auto soon = now() + std::chrono::hours(60);
  CHECK(due(soon));
  auto settle = command_for(domain::CommandKind::settle, ann, event);
  settle.accepted_at = soon;
  commit([&](pqxx::work& tx) { return carry_out_deadline(tx, settle); });
  expect_text("confirmed 1", bookings_of(dee));
  CHECK_FALSE(due(soon));
}

TEST(StorageGroups, TakeFewerAndTheRestIsABookingOfItsOwn) {
  carry_out(book(ann, event, 4, Remainder::keep));
  expect_text("confirmed 1, waitlisted 3", bookings_of(ann));
  carry_out(book(dee, event, 1));
  carry_out(give_back(others[0], event, 2));
  expect_text("confirmed 1, confirmed 2, waitlisted 1", bookings_of(ann));
  carry_out(cancel(others[1], event));
  expect_text("confirmed 1, confirmed 2, confirmed 1", bookings_of(ann));
  expect_text("confirmed 1", bookings_of(dee));
}

TEST(StorageGroups, ShrinkInTheLine) {
  const auto waiting = carry_out(book(ann, event, 4));
  auto change = command_for(domain::CommandKind::update_booking, ann, event);
  change.action = domain::UpdateBooking{*waiting.booking, 1};
  CHECK(carry_out(change).outcome == Outcome::shrunk);
  expect_text("confirmed 1", bookings_of(ann));
  LONGS_EQUAL(
      2, sql_number("SELECT count(*) FROM notifications WHERE user_id = $1 AND kind IN ('booking_changed', 'promoted')",
                    ann.str()));
}

TEST(StorageGroups, EndInStepsWhenTheEventBecomesTooSmall) {
  carry_out(cancel(others[0], event));
  carry_out(book(ann, event, 9));
  carry_out(book(bob, event, 8));
  carry_out(resize(event, 7));
  expect_text("cancelled 9", bookings_of(ann));
  LONGS_EQUAL(2,
              sql_number("SELECT count(*) FROM bookings WHERE event_id = $1 AND reason = 'never_fits'", event.str()));
  LONGS_EQUAL(1,
              sql_number("SELECT count(*) FROM notifications WHERE user_id = $1 AND kind = 'never_fits'", bob.str()));
}

TEST(StorageGroups, CountTicketsAgainstTheLimit) {
  carry_out(change_event(event, {.rules = {.max_per_user = 4}}));
  carry_out(book(ann, event, 3));
  CHECK(carry_out(book(ann, event, 2)).reason == domain::Reason::limit_reached);
  CHECK(carry_out(book(ann, event, 1)).outcome == Outcome::confirmed);
  CHECK(carry_out(book(ann, event, 1)).reason == domain::Reason::limit_reached);
}

// As a worker of an earlier release, which says nothing of editions.
TEST(StorageGroups, AreKeptFromWhoKnowsOnlyOlderRules) {
  auto kind = postgres::FaultKind::refused;
  try {
    commit([&](pqxx::work& tx) {
      tx.exec("SET LOCAL ticketd.edition = ''");
      return carry_out(tx, {tests::book(ann, event)}).size();
    });
  } catch (...) {
    kind = postgres::fault_of(std::current_exception()).kind;
  }
  CHECK(kind == postgres::FaultKind::unavailable);
  expect_text("", bookings_of(ann));
}

TEST(StorageGroups, LetWhoKnowsOnlyOlderRulesChangeOtherEvents) {
  const auto singles = make_event(1);
  commit([&](pqxx::work& tx) {
    tx.exec("SET LOCAL ticketd.edition = ''");
    return carry_out(tx, {tests::book(ann, singles)}).size();
  });
  LONGS_EQUAL(1, count_bookings(singles, "confirmed"));
}

TEST(StorageGroups, SessionsSayTheEditionThatTheRulesHave) {
  LONGS_EQUAL(domain::kEdition, sql_number("SELECT current_setting('ticketd.edition')::int"));
}

}  // namespace ticketd::tests
