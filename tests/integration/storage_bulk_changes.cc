// What concerns many bookings at once: decided in one row, carried out in pieces, and read as done meanwhile.
#include "storage/bulk_changes.h"

#include <set>

#include "domain/shard.h"
#include "storage/bookings.h"
#include "storage/migration_files.h"
#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(BulkChanges, IntegrationTest) {
  static constexpr int kShards = 16;

  static std::set<int> shard(EventId event) { return {domain::shard_of(event, kShards)}; }
  static bool carry_out_piece(EventId event, Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::update_next_piece(tx, shard(event), kShards, at, 20); });
  }
  static std::int64_t told(EventId event, const char* kind) {
    return sql_number("SELECT count(*) FROM notifications WHERE event_id = $1 AND kind = $2", event.str(), kind);
  }
  static domain::Command settling(EventId event, Time at) {
    domain::Command command;
    command.event = event;
    command.action = domain::Settle{};
    command.accepted_at = at;
    return command;
  }
  static void settle(EventId event, Time at) {
    commit([&](pqxx::work& tx) { return carry_out_deadline(tx, settling(event, at)); });
  }
  static std::optional<EventId> growing(EventId event) {
    return commit([&](pqxx::work& tx) { return storage::find_unfinished_event(tx, shard(event), kShards); });
  }
  static bool is_due(EventId event, Time at) {
    const auto events = commit([&](pqxx::work& tx) { return storage::list_due_events(tx, shard(event), kShards, at); });
    return std::find(events.begin(), events.end(), event) != events.end();
  }
  static Time end_of(EventId event) {
    return commit([&](pqxx::work& tx) { return storage::find_event(tx, event)->ends_at; });
  }
  static std::string state_of(const domain::Command& command) {
    const auto found =
        commit([&](pqxx::work& tx) { return storage::find_booking(tx, *command.booking(), command.user, now()); });
    return std::string(name_of(found.value().state)) + ' ' + found->reason.value_or("");
  }
};

TEST(BulkChanges, ADeletionIsReadAsDoneBeforeItIs) {
  const auto event = make_event(1);
  const auto commands = book_all(make_users(2), event);
  carry_out(commands);
  carry_out(remove(event));
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  for (const auto& command : commands) expect_text("cancelled ", state_of(command));
}

TEST(BulkChanges, ADeletionTellsEveryoneOnce) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(3), event));
  carry_out(remove(event));
  carry_out_pieces(event);
  LONGS_EQUAL(3, count_bookings(event, "cancelled"));
  LONGS_EQUAL(3 + 1, told(event, "event_deleted"));
}

TEST(BulkChanges, APieceHasAsManyBookingsAsItMay) {
  const auto event = make_event(30);
  carry_out_pieces(event);  // of other tests' events
  carry_out(book_all(make_users(25), event));
  carry_out(remove(event));
  CHECK_TRUE(carry_out_piece(event));
  LONGS_EQUAL(20, count_bookings(event, "cancelled"));
  CHECK_TRUE(carry_out_piece(event));
  LONGS_EQUAL(25, count_bookings(event, "cancelled"));
  CHECK_FALSE(carry_out_piece(event));
}

TEST(BulkChanges, ManySeatsForManyAreGivenOutInSteps) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2'101), event));
  carry_out(resize(event, 5'000));
  LONGS_EQUAL(2'001, count_bookings(event, "confirmed"));
  CHECK_TRUE(growing(event) == event);
  settle(event, now());
  LONGS_EQUAL(2'101, count_bookings(event, "confirmed"));
  CHECK_FALSE(growing(event).has_value());
  LONGS_EQUAL(5'000, sql_number("SELECT total_tickets FROM events WHERE id = $1", event.str()));
  LONGS_EQUAL(2'100, told(event, "promoted"));
}

TEST(BulkChanges, ATotalThatAnEarlierReleaseSetsStays) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2'101), event));
  carry_out(resize(event, 5'000));
  sql("UPDATE events SET total_tickets = total_tickets + 7, available_tickets = 0 WHERE id = $1 AND waiting_list_count "
      "= 100",
      event.str());
  CHECK_FALSE(growing(event).has_value());
  settle(event, now());
  LONGS_EQUAL(2'008, sql_number("SELECT total_tickets FROM events WHERE id = $1", event.str()));
}

TEST(BulkChanges, AreLeftToTheOwnerOfTheShard) {
  const auto event = make_event(1);
  carry_out(remove(event));
  const std::set<int> other = {(*shard(event).begin() + 1) % kShards};
  commit([&](pqxx::work& tx) {
    while (storage::update_next_piece(tx, other, kShards, now(), 20)) {
    }
    return true;
  });
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM bulk_changes WHERE event_id = $1 AND done_at IS NULL", event.str()));
}

TEST(BulkChanges, AClosedLineEndsThoseWhoWait) {
  const auto event = make_event(1);
  const auto commands = book_all(make_users(3), event);
  carry_out(commands);
  settle(event, end_of(event));
  expect_text("confirmed ", state_of(commands[0]));
  expect_text("cancelled line_closed", state_of(commands[1]));
  LONGS_EQUAL(2, count_bookings(event, "waitlisted"));
  carry_out_pieces(event, end_of(event));
  LONGS_EQUAL(0, count_bookings(event, "waitlisted"));
  expect_text("cancelled line_closed", state_of(commands[1]));
  LONGS_EQUAL(2, told(event, "line_closed"));
  expect_text("", broken_rule(event));
}

TEST(BulkChanges, ALineThatClosedLongAgoIsNoNews) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2), event));
  const auto late = end_of(event) + std::chrono::hours(25);
  settle(event, late);
  carry_out_pieces(event, late);
  LONGS_EQUAL(0, count_bookings(event, "waitlisted"));
  LONGS_EQUAL(0, told(event, "line_closed"));
}

TEST(BulkChanges, WhoWaitedCanBookAgainBeforeTheRowsAreThere) {
  const auto event = make_event(1);
  const auto users = make_users(2);
  carry_out(book_all(users, event));
  settle(event, end_of(event));
  domain::Command reopened = resize(event, 2);
  changes_of(reopened).ends_at = end_of(event) + std::chrono::hours(1);
  carry_out(reopened);
  CHECK(carry_out(book(users[1], event)).outcome == domain::Outcome::confirmed);
  carry_out_pieces(event, end_of(event));
  LONGS_EQUAL(2, count_bookings(event, "confirmed"));
  expect_text("", broken_rule(event));
}

TEST(BulkChanges, LinesToCloseAreThoseOfEventsThatAreOver) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2), event));
  CHECK_FALSE(is_due(event, end_of(event) - milliseconds(1)));
  CHECK_TRUE(is_due(event, end_of(event)));
  settle(event, end_of(event));
  CHECK_FALSE(is_due(event, end_of(event)));
}

TEST(BulkChanges, LinesThatAnEarlierReleaseLeftOpenAreFoundAfterAnUpgrade) {
  const auto event = make_event(1), without_line = make_event(1);
  carry_out(book_all(make_users(2), event));
  for (const auto& over : {event, without_line}) sql("UPDATE events SET over = true WHERE id = $1", over.str());
  CHECK_FALSE(is_due(event, end_of(event)));
  for (const auto& migration : storage::read_migrations(e2e::setting("TICKETD_MIGRATIONS_DIR"))) {
    if (migration.name != "open_lines") continue;
    for (const auto& step : storage::steps_of(migration)) sql(step.sql, event.str(), event.str());
    for (const auto& step : storage::steps_of(migration)) sql(step.sql, without_line.str(), without_line.str());
  }
  CHECK_TRUE(is_due(event, end_of(event)));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM events WHERE id = $1 AND over", without_line.str()));
}

TEST(BulkChanges, AMoveIsToldAgainAfterTenMinutesAtTheEarliest) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2), event));
  const auto move = [&] {
    domain::Command moved = resize(event, 1);
    changes_of(moved).ends_at = end_of(event) + std::chrono::hours(1);
    carry_out(moved);
  };
  move();
  carry_out_pieces(event);
  LONGS_EQUAL(2, told(event, "event_moved"));
  for (int i = 0; i < 3; ++i) move();
  carry_out_pieces(event);
  LONGS_EQUAL(2, told(event, "event_moved"));
  carry_out_pieces(event, now() + std::chrono::minutes(11));
  LONGS_EQUAL(4, told(event, "event_moved"));
}

TEST(BulkChanges, NobodyIsToldThatADeletedEventMoved) {
  const auto event = make_event(1);
  carry_out(book_all(make_users(2), event));
  domain::Command moved = resize(event, 1);
  changes_of(moved).ends_at = end_of(event) + std::chrono::hours(1);
  carry_out({moved, remove(event)});
  carry_out_pieces(event);
  LONGS_EQUAL(0, told(event, "event_moved"));
}

}  // namespace ticketd::tests
