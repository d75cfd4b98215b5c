// Dead letters that are tried again or dropped: whatever breaks off in between, the command takes effect once or stays
// a dead letter.
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "drain_rig.h"
#include "queue/requeue.h"
#include "storage/dead_letters.h"
#include "storage/notifications.h"

namespace ticketd::tests {

using storage::RetryOutcome;

// Somebody's booking that died because they had no account, and by now have one.
TEST_GROUP_BASE(StorageDeadRetry, DrainTest) {
  const EventId event = make_event(5, 3);
  const domain::Command command = book(fresh<UserId>(), event);

  void setup() override {
    DrainTest::setup();
    submit(command);
    DrainRig().drain_all();
    sql("INSERT INTO users (id, email, password_hash, created_at, updated_at) "
        "VALUES ($1::uuid, $1::text || '@example.org', 'hash', now(), now())",
        command.user.str());
  }

  std::vector<storage::StoredLetter> letters() const {
    return commit([&](pqxx::work& tx) { return storage::find_dead_letters(tx, command.id); });
  }
  void put_back() const {
    redis::RedisConnection redis(stores().queue_url, 5'000);
    queue::requeue(redis, command, kShards);
  }
  RetryOutcome retry(const std::function<void()>& put) const {
    return storage::retry_dead_letters(stores().pool, letters(), command, put, now());
  }
  RetryOutcome retry() const {
    return retry([&] { put_back(); });
  }
  void drop(const std::vector<storage::StoredLetter>& dropped) const {
    commit([&](pqxx::work& tx) { storage::delete_dead_letters(tx, dropped, command, now()); });
  }
  // A retry by a process that dies where `last` ends.
  void retry_and_die(const std::function<void()>& last) const {
    const auto found = letters();
    const auto url = stores().database.url();
    const pid_t child = ::fork();
    if (child == 0) {
      postgres::DatabasePool own(url, {"dying"}, 1);
      const auto die = [&] {
        last();
        ::_exit(7);
      };
      storage::retry_dead_letters(own, found, command, die, now());
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    LONGS_EQUAL(7, WEXITSTATUS(status));
  }
  // The booking is there, once, and so is its outcome; nothing is left of the failure.
  void expect_carried_out(Where where = Where::current()) const {
    expect_text("confirmed", outcome_of(command), where);
    LONGS_EQUAL_LOCATION(1, count_bookings(event, "confirmed"), "", where.file_name(), where.line());
    LONGS_EQUAL_LOCATION(0, letters().size(), "", where.file_name(), where.line());
    expect_text("booked",
                sql_text("SELECT string_agg(kind, ' ') FROM notifications WHERE user_id = $1", command.user.str()),
                where);
    expect_text("", broken_rule(event), where);
  }
};

TEST(StorageDeadRetry, TheCommandIsCarriedOut) {
  CHECK(retry() == RetryOutcome::put_back);
  DrainRig().drain_all();
  expect_carried_out();
}

TEST(StorageDeadRetry, ItsPersonSeesItQueuedUntilThen) {
  retry();
  CHECK(queue.find_pending(command.user, command.id) == command);
  expect_text("", outcome_of(command));
  DrainRig().drain_all();
  CHECK_FALSE(queue.find_pending(command.user, command.id).has_value());
}

TEST(StorageDeadRetry, AWorkerMayReadItBeforeTheLetterIsGone) {
  retry([&] {
    put_back();
    DrainRig().drain_all();
  });
  expect_carried_out();
}

TEST(StorageDeadRetry, ACrashBeforeItIsInTheStreamLosesNothing) {
  retry_and_die([] {});
  LONGS_EQUAL(1, letters().size());
  DrainRig().drain_all();
  CHECK(retry() == RetryOutcome::put_back);
  DrainRig().drain_all();
  expect_carried_out();
}

TEST(StorageDeadRetry, ACrashAfterItIsInTheStreamTakesEffectOnce) {
  retry_and_die([&] { put_back(); });
  DrainRig().drain_all();
  LONGS_EQUAL(1, letters().size());
  CHECK(retry() == RetryOutcome::took_effect);
  expect_carried_out();
  LONGS_EQUAL(0, queued());
}

TEST(StorageDeadRetry, AnotherRetryBeforeTheWorkerReadsItTakesEffectOnce) {
  retry_and_die([&] { put_back(); });
  CHECK(retry() == RetryOutcome::put_back);
  LONGS_EQUAL(2, queued());
  DrainRig().drain_all();
  expect_carried_out();
}

TEST(StorageDeadRetry, WithoutTheQueueItStaysFailed) {
  expect_throws<redis::RedisUnavailable>([&] { retry([] { throw redis::RedisUnavailable("gone"); }); });
  expect_text("failed", outcome_of(command));
  LONGS_EQUAL(1, letters().size());
  expect_text("failed", sql_text("SELECT kind FROM notifications WHERE id = $1", command.notification.str()));
}

TEST(StorageDeadRetry, AnXaddWhoseAnswerGotLostHasNoEffect) {
  expect_throws<redis::RedisUnavailable>([&] {
    retry([&] {
      put_back();
      throw redis::RedisUnavailable("timed out");
    });
  });
  DrainRig().drain_all();
  expect_text("failed", outcome_of(command));
  LONGS_EQUAL(0, count_bookings(event, "confirmed"));
  retry();
  DrainRig().drain_all();
  expect_carried_out();
}

TEST(StorageDeadRetry, WhatDiesAgainIsADeadLetterAgain) {
  sql("DELETE FROM users WHERE id = $1", command.user.str());
  const auto before = letters().at(0).stream_id;
  retry([&] {
    put_back();
    DrainRig().drain_all();
  });
  LONGS_EQUAL(1, letters().size());
  CHECK(letters()[0].stream_id != before);
  expect_text("failed", outcome_of(command));
}

TEST(StorageDeadRetry, TheVeryEntryDyingAgainMeanwhileKeepsItsLetter) {
  const auto before = letters().at(0);
  retry([&] {
    const storage::DeadLetter again{command, before.shard, before.stream_id, before.raw, "again", "", 2};
    commit([&](pqxx::work& tx) { storage::insert_dead_letter(tx, again, before.died_at + seconds(1)); });
  });
  expect_text("again", letters().at(0).error);
}

TEST(StorageDeadRetry, OfTwoOperatorsAtOnceTheSecondChangesNothing) {
  std::atomic<int> put = 0, gone = 0;
  at_once(2, [&](int) {
    try {
      ++(retry() == RetryOutcome::gone ? gone : put);
    } catch (...) {
    }
  });
  LONGS_EQUAL(2, put + gone);
  DrainRig().drain_all();
  expect_carried_out();
}

TEST(StorageDeadRetry, WhatWasDroppedMeanwhileIsNotRetried) {
  const auto found = letters();
  drop(found);
  const auto outcome = storage::retry_dead_letters(stores().pool, found, command, [&] { put_back(); }, now());
  CHECK(outcome == RetryOutcome::gone);
  LONGS_EQUAL(0, queued());
  expect_text("failed", outcome_of(command));
}

TEST(StorageDeadRetry, AnotherNumberOfShardsIsRefusedAndChangesNothing) {
  CHECK(DrainRig().stream.agree_on_shards(kShards));
  redis::RedisConnection redis(stores().queue_url, 5'000);
  expect_throws<std::runtime_error>([&] { retry([&] { queue::requeue(redis, command, kShards + 1); }); });
  LONGS_EQUAL(0, queued());
  expect_text("failed", outcome_of(command));
}

TEST(StorageDeadRetry, ADroppedOneStaysFailed) {
  drop(letters());
  LONGS_EQUAL(0, letters().size());
  expect_text("failed", outcome_of(command));
}

TEST(StorageDeadRetry, DroppedAfterABrokenOffRetryItFailsAgainAndHasNoEffect) {
  retry_and_die([&] { put_back(); });
  drop(letters());
  DrainRig().drain_all();
  expect_text("failed", outcome_of(command));
  LONGS_EQUAL(0, count_bookings(event, "confirmed"));
  expect_text("failed", sql_text("SELECT kind FROM notifications WHERE id = $1", command.notification.str()));
}

TEST(StorageDeadRetry, AnEventsCommandKeepsItsChanges) {
  auto change = resize(event, 9);
  changes_of(change).description = "An \"evening\"";
  redis::RedisConnection redis(stores().queue_url, 5'000);
  queue::requeue(redis, change, kShards);
  CHECK(DrainRig().read().at(0).command == change);
}

}  // namespace ticketd::tests
