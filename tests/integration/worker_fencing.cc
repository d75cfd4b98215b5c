// The drain when its session is lost: nothing is acknowledged, another finishes, and no command counts twice.
#include "drain_rig.h"
#include "storage/shard_locks.h"

namespace ticketd::tests {

using postgres::DatabaseUnavailable;

TEST_GROUP_BASE(WorkerFencing, DrainTest) {
  const EventId event = make_event(3);
  // Runs the drain while somebody else holds the event's row, and cuts its session as soon as it waits for it.
  static void cut_in_mid_transaction(DrainRig & rig, EventId locked) {
    auto holder = open_session();
    pqxx::work hold(holder.get());
    postgres::execute(hold, "SELECT 1 FROM events WHERE id = $1 FOR UPDATE", locked.str());
    bool unavailable = false;
    const auto entries = rig.read();
    std::jthread worker([&] {
      try {
        rig.drain.carry_out(entries);
      } catch (const DatabaseUnavailable&) {
        unavailable = true;
      }
    });
    const bool blocked = await_blocked(rig.pid), gone = terminate(rig.pid);
    worker.join();
    CHECK(blocked && gone && unavailable);
  }
};

TEST(WorkerFencing, ASessionLostInMidTransactionCommitsAndAcknowledgesNothing) {
  submit(book_all(make_users(2), event));
  DrainRig rig;
  cut_in_mid_transaction(rig, event);
  LONGS_EQUAL(0, count_bookings(event, "confirmed"));
  LONGS_EQUAL(2, queued());
}

TEST(WorkerFencing, AnotherFinishesWhatTheLostOneBegan) {
  const auto commands = submit(book_all(make_users(4), event));
  DrainRig lost;
  cut_in_mid_transaction(lost, event);
  DrainRig().drain_all();
  LONGS_EQUAL(3, count_bookings(event, "confirmed"));
  expect_text("waitlisted", outcome_of(commands[3]));
  LONGS_EQUAL(0, queued());
}

TEST(WorkerFencing, WhoReadBeforeItLostItsSessionCannotCommit) {
  submit(book(make_user(), event));
  DrainRig lost;
  const auto entries = lost.read();
  CHECK(terminate(lost.pid));
  DrainRig().drain_all();
  expect_throws<DatabaseUnavailable>([&] { lost.drain.carry_out(entries); });
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  expect_text("", broken_rule(event));
}

TEST(WorkerFencing, ALostSessionTakesItsShardsWithIt) {
  DrainRig first, second;
  storage::ShardLocks of_first(first.session.get(), 16), of_second(second.session.get(), 16);
  of_first.join();
  of_first.balance();
  LONGS_EQUAL(16, of_first.owned().size());
  CHECK(terminate(first.pid));
  of_second.join();
  of_second.balance();
  LONGS_EQUAL(16, of_second.owned().size());
}

TEST(WorkerFencing, TwoWithTheSameEntriesCommitThemOnce) {
  const auto commands = submit(book_all(make_users(5), event));
  DrainRig one, two;
  const auto entries = one.read();
  at_once(2, [&](int i) { (i == 0 ? one : two).drain.carry_out(entries); });
  LONGS_EQUAL(3, count_bookings(event, "confirmed"));
  LONGS_EQUAL(2, count_bookings(event, "waitlisted"));
  for (const auto& command : commands) CHECK(outcome_of(command) != "failed");
  expect_text("", broken_rule(event));
}

TEST(WorkerFencing, AnAcknowledgementThatFailsIsMadeUpForLater) {
  submit(book(make_user(), event));
  DrainRig rig;
  const auto entries = rig.read();
  queue::CommandStream nowhere("redis://127.0.0.1:1/0", 200);
  worker::Drain cut_off(rig.session.get(), nowhere, rig.metrics, rig.clock, chance(), {500, 2});
  expect_throws<redis::RedisUnavailable>([&] { cut_off.carry_out(entries); });
  LONGS_EQUAL(1, queued());
  rig.drain_all();
  LONGS_EQUAL(1, count_bookings(event, "confirmed"));
  LONGS_EQUAL(0, queued());
}

}  // namespace ticketd::tests
