// Batches: what is loaded, decided and saved together is what one after the other would have given.
#include "storage/batch.h"

#include <atomic>
#include <map>

#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using domain::Command;
using domain::Outcome;

TEST_GROUP_BASE(StorageBatch,
                IntegrationTest){static void expect_states(EventId event, int confirmed, int waitlisted, int cancelled){
    LONGS_EQUAL(confirmed, count_bookings(event, "confirmed"));
LONGS_EQUAL(waitlisted, count_bookings(event, "waitlisted"));
LONGS_EQUAL(cancelled, count_bookings(event, "cancelled"));
expect_text("", broken_rule(event));
}  // namespace ticketd::tests
static std::int64_t notifications(EventId event, const std::string& kind) {
  return sql_number("SELECT count(*) FROM notifications WHERE event_id = $1 AND kind = $2", event.str(), kind);
}
}
;

TEST(StorageBatch, SeatsGoFirstThenTheLine) {
  const auto event = make_event(2);
  const auto users = make_users(5);
  carry_out(book_all(users, event));
  CHECK(users_in_state(event, "confirmed") == std::vector(users.begin(), users.begin() + 2));
  CHECK(users_in_state(event, "waitlisted") == std::vector(users.begin() + 2, users.end()));
  expect_text("", broken_rule(event));
}

TEST(StorageBatch, AFreedSeatGoesToTheLongestWaiting) {
  const auto event = make_event(1);
  const auto users = make_users(3);
  carry_out(book_all(users, event));
  const auto decision = carry_out(cancel(users[0], event));
  LONGS_EQUAL(2, decision.facts.size());
  CHECK(users_in_state(event, "confirmed") == std::vector{users[1]});
  LONGS_EQUAL(1, notifications(event, "promoted"));
}

TEST(StorageBatch, MadeAndCancelledInOneIsWrittenOnce) {
  const auto event = make_event(1);
  const auto user = make_user();
  carry_out({book(user, event), cancel(user, event)});
  expect_states(event, 0, 0, 1);
  LONGS_EQUAL(1, notifications(event, "booked") + notifications(event, "waitlisted"));
}

TEST(StorageBatch, PromotedAndCancelledInOneKeepsBothTimes) {
  const auto event = make_event(1);
  const auto users = make_users(2);
  carry_out(book_all(users, event));
  carry_out({cancel(users[0], event), cancel(users[1], event)});
  expect_states(event, 0, 0, 2);
  LONGS_EQUAL(1,
              sql_number("SELECT count(*) FROM bookings WHERE event_id = $1 AND promoted_at IS NOT NULL", event.str()));
}

TEST(StorageBatch, CancelledAndBookedAgainInOneFits) {
  const auto event = make_event(1);
  const auto user = make_user();
  carry_out(book(user, event));
  carry_out({cancel(user, event), book(user, event)});
  expect_states(event, 1, 0, 1);
}

TEST(StorageBatch, ARaisedCapacityPromotesAsManyAsFit) {
  const auto event = make_event(1);
  const auto users = make_users(6);
  carry_out(book_all(users, event));
  carry_out(resize(event, 4));
  CHECK(users_in_state(event, "confirmed") == std::vector(users.begin(), users.begin() + 4));
  expect_states(event, 4, 2, 0);
}

TEST(StorageBatch, CapacityBelowWhatIsConfirmedIsRefused) {
  const auto event = make_event(3);
  carry_out(book_all(make_users(3), event));
  CHECK(carry_out(resize(event, 2)).outcome == Outcome::rejected);
  LONGS_EQUAL(3, sql_number("SELECT total_tickets FROM events WHERE id = $1", event.str()));
}

TEST(StorageBatch, AnUpdateWritesEveryFieldThatItNames) {
  auto command = resize(make_event(3), 5);
  changes_of(command).title = "Blues, \"live\"";
  changes_of(command).rules.max_per_user = 2;
  carry_out(command);
  const auto event = *commit([&](pqxx::work& tx) { return storage::find_event(tx, command.event); });
  expect_text("Blues, \"live\"", event.title);
  expect_text("Cellar", event.location);
  LONGS_EQUAL(5, event.total_tickets);
  LONGS_EQUAL(2, event.max_per_user);
}

TEST(StorageBatch, DeletingAnEventCancelsAThousandLiveBookings) {
  const auto event = make_event(600);
  carry_out(book_all(make_users(1000), event));
  expect_states(event, 600, 400, 0);
  CHECK(carry_out(remove(event)).outcome == Outcome::deleted);
  carry_out_pieces(event);
  expect_states(event, 0, 0, 1000);
  LONGS_EQUAL(1001, notifications(event, "event_deleted"));
}

TEST(StorageBatch, WhatComesAfterTheDeletionInOneIsRejected) {
  const auto event = make_event(5);
  const auto users = make_users(2);
  const auto decisions = carry_out({book(users[0], event), remove(event), book(users[1], event), remove(event)});
  CHECK(decisions.at(2).reason == domain::Reason::event_cancelled);
  CHECK(decisions.at(3).reason == domain::Reason::event_cancelled);
  carry_out_pieces(event);
  expect_states(event, 0, 0, 1);
}

TEST(StorageBatch, AnUnknownEventLeavesARequestAndNoBooking) {
  const auto command = book(make_user(), fresh<EventId>());
  carry_out(command);
  expect_text("rejected", outcome_of(command));
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM bookings WHERE id = $1", command.booking()->str()));
}

TEST(StorageBatch, RedeliveredCommandsAreInDone) {
  const auto event = make_event(5);
  const auto commands = book_all(make_users(3), event);
  carry_out({commands[0], commands[1]});
  const auto batch = commit([&](pqxx::work& tx) { return load_batch(tx, commands); });
  CHECK(batch.done.contains(commands[0].id) && batch.done.contains(commands[1].id));
  LONGS_EQUAL(2, batch.done.size());
}

TEST(StorageBatch, ACommandIsNotSavedTwice) {
  const auto command = book(make_user(), make_event(5));
  carry_out(command);
  expect_throws<pqxx::unique_violation>([&] {
    commit([&](pqxx::work& tx) {
      const auto batch = load_batch(tx, {command});
      const domain::BatchFact again{&command, "Jazz", domain::Rejected{domain::Reason::event_over, {}}};
      storage::save_batch(tx, batch, {&again, 1}, now(), chance());
    });
  });
}

TEST(StorageBatch, OnlyTheHeadOfALongLineIsLoaded) {
  const auto event = make_event(1);
  const auto users = make_users(300);
  carry_out(book_all(users, event));
  const auto batch = commit([&](pqxx::work& tx) { return load_batch(tx, {cancel(users[0], event)}); });
  LONGS_EQUAL(2, batch.events.at(event).live().size());
}

TEST(StorageBatch, TheSecondWaitsForTheFirstOnTheSameEvent) {
  const auto event = make_event(1);
  const auto users = make_users(2);
  auto one = open_session(), two = open_session();
  const int two_pid = two.get().backendpid();
  pqxx::work first(one.get());
  carry_out(first, {book(users[0], event)});
  std::jthread later([&] {
    pqxx::work second(two.get());
    carry_out(second, {book(users[1], event)});
    second.commit();
  });
  CHECK(await_blocked(two_pid));
  first.commit();
  later.join();
  expect_states(event, 1, 1, 0);
}

TEST(StorageBatch, BatchesOverTheSameEventsNeverDeadlock) {
  const std::vector events = {make_event(100), make_event(100), make_event(100)};
  const auto users = make_users(40);
  std::atomic<int> faults = 0;
  at_once(4, [&](int me) {
    auto session = open_session();
    for (std::size_t round = 0; round < 10; ++round) {
      std::vector<Command> commands;
      for (std::size_t i = 0; i < 3; ++i)
        commands.push_back(book(users[round * 4 + static_cast<std::size_t>(me)], events[me % 2 == 0 ? i : 2 - i]));
      try {
        pqxx::work tx(session.get());
        carry_out(tx, commands);
        tx.commit();
      } catch (...) {
        ++faults;
      }
    }
  });
  LONGS_EQUAL(0, faults);
  for (const auto& event : events) expect_states(event, 40, 0, 0);
}

}  // namespace ticketd::tests
