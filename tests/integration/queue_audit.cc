// Requests that are shown as queued and are not in the queue.
#include "queue/audit.h"

#include "drain_rig.h"
#include "queue/wire.h"

namespace ticketd::tests {

TEST_GROUP_BASE(QueueAudit, DrainTest) {
  redis::RedisConnection redis{stores().queue_url, 5'000};

  // As it will be seen in two minutes.
  queue::QueueAudit audit(const queue::AuditLimits& limits = {}, int shards = kShards) {
    return queue::audit_queue(redis, shards, now() + seconds(120), limits);
  }
  void lose_entries() {
    for (int shard = 0; shard < kShards; ++shard) redis.command({"DEL", queue::stream_key(shard)});
  }
};

TEST(QueueAudit, AnEmptyQueueIsAllRight) {
  const auto found = audit();
  LONGS_EQUAL(0, found.queued + found.pending + found.orphans);
  CHECK(found.complete);
}

TEST(QueueAudit, WhatIsQueuedIsAllRight) {
  submit(book_all(make_users(30), make_event()));
  const auto found = audit();
  LONGS_EQUAL(30, found.queued);
  LONGS_EQUAL(30, found.pending);
  LONGS_EQUAL(0, found.orphans);
}

TEST(QueueAudit, WhatWasCarriedOutIsAllRight) {
  submit(book_all(make_users(3), make_event()));
  DrainRig().drain_all();
  LONGS_EQUAL(0, audit().pending);
}

TEST(QueueAudit, FindsARequestWhoseEntryIsLost) {
  const auto lost = submit(book(make_user(), make_event()));
  lose_entries();
  submit(book_all(make_users(3), make_event()));
  const auto found = audit();
  LONGS_EQUAL(1, found.orphans);
  expect_text(lost.id.str(), found.examples.at(0).command_id);
  expect_text(lost.user.str(), found.examples.at(0).user);
}

TEST(QueueAudit, LeavesYoungOnesAlone) {
  submit(book(make_user(), make_event()));
  lose_entries();
  LONGS_EQUAL(0, queue::audit_queue(redis, kShards, now()).orphans);
}

TEST(QueueAudit, FindsWhatCannotBeRead) {
  redis.command({"HSET", "ticketd:pending:" + make_user().str(), "x", "no place"});
  LONGS_EQUAL(1, audit().orphans);
}

TEST(QueueAudit, NamesSomeAndCountsAll) {
  submit(book_all(make_users(30), make_event()));
  lose_entries();
  const auto found = audit();
  LONGS_EQUAL(30, found.orphans);
  LONGS_EQUAL(20, found.examples.size());
}

TEST(QueueAudit, ReadsMorePeopleThanAPage) {
  submit(book_all(make_users(2'500), make_event()));
  const auto found = audit();
  LONGS_EQUAL(2'500, found.pending);
  LONGS_EQUAL(0, found.orphans);
}

TEST(QueueAudit, FindsAFieldWhosePlaceIsAnothers) {
  const auto command = submit(book(make_user(), make_event()));
  const auto place = redis.command({"HGET", queue::pending_key(command.user), command.id.str()});
  redis.command({"HSET", queue::pending_key(make_user()), "x", place.text()});
  const auto found = audit();
  LONGS_EQUAL(1, found.orphans);
  expect_text("x", found.examples.at(0).command_id);
}

TEST(QueueAudit, ABoundThatIsReachedAccusesNobody) {
  submit(book_all(make_users(30), make_event()));
  queue::AuditLimits few;
  few.pending = 10;
  const auto found = audit(few);
  CHECK_FALSE(found.complete);
  LONGS_EQUAL(0, found.orphans);
}

TEST(QueueAudit, LooksIntoEveryStreamTheWorkersKnow) {
  CHECK(DrainRig().stream.agree_on_shards(kShards));
  submit(book_all(make_users(30), make_event()));
  LONGS_EQUAL(0, audit({}, 1).orphans);
}

TEST(QueueAudit, WithoutRedisItSaysSo) {
  redis::RedisConnection nowhere("redis://127.0.0.1:1", 200);
  expect_throws<redis::RedisUnavailable>([&] { queue::audit_queue(nowhere, kShards, now()); });
}

}  // namespace ticketd::tests
