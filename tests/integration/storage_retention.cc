// Who came to an event is forgotten, in pieces; its numbers stay.
#include "storage/retention.h"

#include "storage/bulk_changes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

using std::chrono::days;

}  // namespace

// Long before any other test's event.
TEST_GROUP_BASE(Retention, IntegrationTest) {
  const Time ended = std::chrono::sys_days{std::chrono::year(2001) / 1 / 1};
  const Time before = ended + days(1);
  const EventId event = make_event(3);
  const UserId owner = owner_of(event);

  // Four people book; one of them waits, until the event is over.
  std::vector<domain::Command> past(EventId which, Time end) const {
    auto commands = book_all(make_users(4), which);
    carry_out(commands);
    domain::Command settle;
    settle.event = which;
    settle.action = domain::Settle{};
    settle.accepted_at = now() + days(2);
    commit([&](pqxx::work& tx) { return carry_out_deadline(tx, settle); });
    carry_out_pieces(which, now() + days(2));
    sql("UPDATE events SET start_date_time = $2::timestamptz - interval '2 hours', end_date_time = $2::timestamptz, "
        "over = true "
        "WHERE id = $1",
        which.str(), format_time(end));
    return commands;
  }
  std::vector<EventId> mark(int most = 100) const {
    return commit([&](pqxx::work& tx) { return storage::mark_events_to_forget(tx, {}, before, most, now()).events; });
  }
  static storage::ForgottenRows forget(const std::vector<EventId>& events, int most = 100) {
    return commit([&](pqxx::work& tx) { return storage::forget_piece(tx, events, most); });
  }
  static std::int64_t rows(const char* table, EventId which) {
    return sql_number(std::string("SELECT count(*) FROM ") + table + " WHERE event_id = $1", which.str());
  }
  std::int64_t due() const {
    return commit([&](pqxx::work& tx) { return storage::count_events_to_forget(tx, before); });
  }
  void forget_all() const {
    for (auto events = mark(); !events.empty(); events = mark()) forget(events, 1'000);
  }
  void setup() override { forget_all(); }  // of an earlier run
};

TEST(Retention, WhoCameGoesAndTheNumbersStay) {
  past(event, ended);
  CHECK(rows("notifications", event) >= 4);
  LONGS_EQUAL(1, due());
  CHECK(mark() == std::vector{event});
  const auto gone = forget({event});
  LONGS_EQUAL(1, gone.events);
  LONGS_EQUAL(4, gone.bookings);
  LONGS_EQUAL(0, rows("bookings", event));
  LONGS_EQUAL(0, rows("notifications", event));
  LONGS_EQUAL(0, due());
  CHECK(mark().empty());
  LONGS_EQUAL(0, sql_number("SELECT available_tickets FROM events WHERE id = $1", event.str()));
}

TEST(Retention, OfAnEventThatEndedLaterEverythingStays) {
  past(event, before);
  CHECK(mark().empty());
  LONGS_EQUAL(4, rows("bookings", event));
  sql("UPDATE events SET forgotten = true WHERE id = $1", event.str());  // out of the way of the others
}

TEST(Retention, APieceHasAsManyBookingsAsItMay) {
  const auto other = make_event(3);
  past(event, ended);
  past(other, ended);
  const auto marked = mark();
  LONGS_EQUAL(2, marked.size());
  LONGS_EQUAL(5, forget(marked, 5).bookings);
  LONGS_EQUAL(2, due());
  const auto rest = forget(marked, 5);
  LONGS_EQUAL(3, rest.bookings);
  LONGS_EQUAL(2, rest.events);
}

TEST(Retention, TheOldestComeFirstAndEachOnce) {
  const auto older = make_event(3);
  past(event, ended);
  past(older, ended - days(1));
  const auto next = [&](const storage::ForgettingCursor& after) {
    return commit([&](pqxx::work& tx) { return storage::mark_events_to_forget(tx, after, before, 1, now()); });
  };
  const auto first = next({});
  CHECK(first.events == std::vector{older});
  const auto second = next(first.last);
  CHECK(second.events == std::vector{event});
  CHECK(next(second.last).events.empty());
  forget({older, event});
}

// Whoever died in the middle of it begins again with those.
TEST(Retention, WhatWasMarkedAndNotForgottenIsMarkedAgain) {
  past(event, ended);
  mark();
  CHECK(mark() == std::vector{event});
  forget({event});
}

TEST(Retention, WhatPeopleAskedForGoesToo) {
  const auto commands = past(event, ended);
  const auto nobody = cancel(make_user(), event);  // has nothing to cancel, and so no booking
  carry_out(nobody);
  forget_all();
  LONGS_EQUAL(1, rows("notifications", event));
  std::int64_t gone = 0;
  for (std::optional after = CommandId(); after;) {
    const auto piece = commit(
        [&](pqxx::work& tx) { return storage::forget_commands(tx, *after, now() + std::chrono::hours(1), 1'000); });
    gone += piece.rows.commands;
    after = piece.last;
  }
  CHECK(gone >= 5);
  LONGS_EQUAL(0, rows("commands", event));
  LONGS_EQUAL(0, rows("notifications", event));
}

TEST(Retention, WhatWasAskedForLaterStays) {
  past(event, ended);
  forget_all();
  const auto earlier = now() - days(1);
  commit([&](pqxx::work& tx) {
    CHECK_FALSE(storage::forget_commands(tx, CommandId{Uuid::first_of(earlier)}, earlier, 1'000).last.has_value());
  });
  CHECK(rows("commands", event) >= 4);
}

TEST(Retention, AnEventInTheMiddleOfAChangeWaits) {
  past(event, ended);
  sql("INSERT INTO bulk_changes (event_id, kind, until_seq, told, decided_at, due_at) "
      "VALUES ($1, 'tell_moved', 9, true, now(), now())",
      event.str());
  CHECK(mark().empty());
  sql("UPDATE bulk_changes SET done_at = now() WHERE event_id = $1", event.str());
  CHECK(mark() == std::vector{event});
  forget({event});
}

TEST(Retention, AForgottenEventDoesNotTakePlaceAgain) {
  past(event, ended);
  forget_all();
  auto again = command_for(domain::CommandKind::update_event, owner, event);
  domain::EventChanges changes;
  changes.ends_at = now() + days(9);
  again.action = domain::UpdateEvent{changes};
  CHECK(carry_out(again).reason == domain::Reason::event_over);
  // And no release that knows nothing of it makes it so.
  std::string answer;
  try {
    sql("UPDATE events SET end_date_time = now() + interval '9 days' WHERE id = $1", event.str());
  } catch (const pqxx::sql_error& e) {
    answer = e.what();
  }
  expect_contains("cannot be moved", answer);
  sql("UPDATE events SET title = 'Long ago', end_date_time = end_date_time WHERE id = $1", event.str());
}

// A command that was retried after days, by a worker that remembers who had many.
TEST(Retention, NobodyBooksOrCancelsWhatIsForgotten) {
  const auto commands = past(event, ended);
  forget_all();
  auto late = book(make_user(), event);
  late.accepted_at = ended - std::chrono::hours(1);
  CHECK(carry_out(late).reason == domain::Reason::event_not_found);
  CHECK(carry_out(cancel(commands[0].user, event)).outcome == domain::Outcome::nothing_to_cancel);
  LONGS_EQUAL(0, rows("bookings", event));
}

TEST(Retention, WhatWasToldOfAnEventThatNeverWasGoesToo) {
  const auto user = make_user();
  const auto nowhere = fresh<EventId>();
  carry_out(book(user, nowhere));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM notifications WHERE user_id = $1", user.str()));
  for (std::optional after = CommandId(); after;) {
    after = commit([&](pqxx::work& tx) {
              return storage::forget_commands(tx, *after, now() + std::chrono::hours(1), 1'000);
            }).last;
  }
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM notifications WHERE user_id = $1", user.str()));
}

TEST(Retention, OnlyOneForgets) {
  auto first = open_session();
  auto second = open_session();
  const auto lock = [](postgres::DatabaseConnection& session) {
    pqxx::nontransaction tx(session.get());
    return storage::lock_forgetting(tx);
  };
  CHECK_TRUE(lock(first));
  CHECK_FALSE(lock(second));
}

}  // namespace ticketd::tests
