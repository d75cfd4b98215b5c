// The handlers' end of the queue: what is taken, what is refused, and what a replay gets.
#include <atomic>

#include "domain/shard.h"
#include "queue/command_queue.h"
#include "queue/functions.h"
#include "queue/wire.h"
#include "support/fixtures.h"
#include "support/full_redis.h"
#include "support/integration_test.h"
#include "support/private_redis.h"

namespace ticketd::tests {

using queue::IdempotencyKey;

TEST_GROUP_BASE(QueueSubmit, IntegrationTest) {
  queue::CommandQueue queue{stores().queue, {16, 100, 5}};
  const UserId user = fresh<UserId>();
  const EventId event = fresh<EventId>();
  const IdempotencyKey key{"key", "fingerprint"};

  void setup() override { flush(stores().queue); }

  std::int64_t queued() const {
    return stores().queue.take()->command({"XLEN", queue::stream_key(domain::shard_of(event, 16))}).integer();
  }
  static void expect_refusal(Code code, const Result<queue::Accepted>& result, Where where = Where::current()) {
    CHECK_FALSE_LOCATION(result.ok(), "CHECK_FALSE", "result.ok()", "it was taken", where.file_name(), where.line());
    LONGS_EQUAL_LOCATION(static_cast<int>(code), static_cast<int>(result.refusal().code), "another code",
                         where.file_name(), where.line());
  }
};

TEST(QueueSubmit, PutsACommandIntoTheShardOfItsEvent) {
  const auto command = book(user, event);
  CHECK(queue.submit(command, {}).ok());
  LONGS_EQUAL(1, queued());
}

TEST(QueueSubmit, IsReadyWhereRedisLetsItDoAllThatItDoes) {
  const PrivateRedis server("");
  redis::RedisPool pool(server.url(), 1'000);
  redis::load(*pool.take(), queue::functions());
  queue::CommandQueue own(pool, {16, 100, 5});
  const auto rule = [&](const std::string& text) { pool.command({"ACL", "SETUSER", "default", text}); };
  own.must_be_ready();
  for (const std::string command :
       {"mget", "hmget", "xlen", "hlen", "ttl", "hgetall", "hdel", "xadd", "hset", "expire", "hincrby", "incr"}) {
    rule("-" + command);
    expect_throws<redis::RedisUnavailable>([&] { own.must_be_ready(); });
    rule("+" + command);
  }
  own.must_be_ready();
  LONGS_EQUAL(0, pool.command({"DBSIZE"}).integer());
  pool.command({"SET", queue::kShardsKey, "8"});
  expect_throws<redis::RedisUnavailable>([&] { own.must_be_ready(); });
}

TEST(QueueSubmit, AFullShardIsRefusedWithATimeToComeBack) {
  queue::CommandQueue small(stores().queue, {16, 2, 5});
  for (int i = 0; i < 2; ++i) CHECK(small.submit(book(user, event), {}).ok());
  const auto third = small.submit(book(user, event), {});
  expect_refusal(Code::queue_full, third);
  CHECK(third.refusal().retry_after_s.has_value());
  LONGS_EQUAL(2, queued());
}

TEST(QueueSubmit, APersonsShareIsBounded) {
  for (int i = 0; i < 5; ++i) CHECK(queue.submit(book(user, fresh<EventId>()), {}).ok());
  expect_refusal(Code::rate_limited, queue.submit(book(user, event), {}));
  CHECK(queue.submit(book(fresh<UserId>(), event), {}).ok());
}

TEST(QueueSubmit, APersonsShareIsBoundedUnderConcurrency) {
  std::atomic<int> taken = 0;
  at_once(16, [&](int) { taken += queue.submit(book(user, event), {}).ok() ? 1 : 0; });
  LONGS_EQUAL(5, taken);
}

TEST(QueueSubmit, APersonsIdempotencyKeysOfADayAreBounded) {
  queue::CommandQueue small(stores().queue, {16, 100, 100, 2});
  for (const char* name : {"a", "b", "b"}) CHECK(small.submit(book(user, event), {{name, "fingerprint"}}).ok());
  const auto third = small.submit(book(user, event), {{"c", "fingerprint"}});
  expect_refusal(Code::rate_limited, third);
  CHECK(third.refusal().retry_after_s.value_or(0) > 86'000);
  CHECK(small.submit(book(user, event), {}).ok());
  CHECK(small.submit(book(fresh<UserId>(), event), {{"c", "fingerprint"}}).ok());
  LONGS_EQUAL(4, queued());
}

TEST(QueueSubmit, ANetworksIdempotencyKeysOfADayAreBounded) {
  queue::CommandQueue small(stores().queue, {16, 100, 100, 100, 2});
  const auto from = [&](const char* network) {
    return small.submit(book(fresh<UserId>(), event), IdempotencyKey{"key", "fingerprint", network});
  };
  for (int i = 0; i < 2; ++i) CHECK(from("192.0.2.1").ok());
  const auto third = from("192.0.2.1");
  expect_refusal(Code::rate_limited, third);
  CHECK(third.refusal().retry_after_s.value_or(0) > 86'000);
  CHECK(from("192.0.2.2").ok());
  LONGS_EQUAL(3, queued());
}

TEST(QueueSubmit, AReplayGetsTheFirstCommandAndQueuesNothing) {
  const auto first = book(user, event);
  CHECK(queue.submit(first, key).ok());
  const auto again = queue.submit(book(user, event), key);
  CHECK(again->replayed);
  CHECK(again->command == first);
  LONGS_EQUAL(1, queued());
}

TEST(QueueSubmit, AReplayIsAnsweredThoughTheQueueIsFull) {
  queue::CommandQueue small(stores().queue, {16, 1, 1});
  CHECK(small.submit(book(user, event), key).ok());
  CHECK(small.submit(book(user, event), key)->replayed);
}

TEST(QueueSubmit, OfManyAtOnceWithOneKeyOneIsQueued) {
  std::atomic<int> replayed = 0;
  at_once(16, [&](int) {
    const auto result = queue.submit(book(user, event), key);
    replayed += result.ok() && result->replayed ? 1 : 0;
  });
  LONGS_EQUAL(15, replayed);
  LONGS_EQUAL(1, queued());
}

TEST(QueueSubmit, AKeyWithAnotherRequestIsRefused) {
  CHECK(queue.submit(book(user, event), key).ok());
  expect_refusal(Code::idempotency_key_reused, queue.submit(cancel(user, event), IdempotencyKey{"key", "another"}));
}

TEST(QueueSubmit, AKeyWithTheSameRequestInOtherWordsIsAReplay) {
  const auto first = book(user, event);
  CHECK(queue.submit(first, key).ok());
  const auto again = queue.submit(book(user, event), IdempotencyKey{"key", "another"});
  CHECK(again->replayed && again->command == first);
  CHECK(*queue.find_replay(book(user, event), {"key", "another"}) == first);
  CHECK_FALSE(queue.find_replay(cancel(user, event), {"key", "another"}).ok());
}

TEST(QueueSubmit, AKeyThatStandsForNoCommandIsRefused) {
  CHECK(queue.claim_key(user, key, now()));
  CHECK(queue.claim_key(user, key, now()));
  expect_refusal(Code::idempotency_key_reused, queue.submit(book(user, event), IdempotencyKey{"key", "another"}));
  CHECK(queue.submit(book(user, event), IdempotencyKey{"free", "another"}).ok());
  CHECK_FALSE(queue.claim_key(user, {"free", "fingerprint"}, now()));
}

TEST(QueueSubmit, AClaimOfAKeyNeedsNoRoom) {
  queue::CommandQueue none(stores().queue, {16, 100, 5, 0});
  CHECK(none.claim_key(user, key, now()));
  const FullRedis full(stores().queue);
  CHECK(queue.claim_key(user, key, now()));
}

TEST(QueueSubmit, ARefusalLeavesTheKeyFree) {
  queue::CommandQueue none(stores().queue, {16, 0, 5});
  expect_refusal(Code::queue_full, none.submit(book(user, event), key));
  CHECK_FALSE(queue.submit(book(user, event), key)->replayed);
}

// Many people together must not fill the queue's memory with keys: without one, everybody goes on booking.
TEST(QueueSubmit, EverybodysIdempotencyKeysOfADayAreBounded) {
  queue::CommandQueue small(stores().queue, {16, 100, 5, 1'000, 1'000, 2});
  CHECK(small.submit(book(user, event), IdempotencyKey{"one", "1"}).ok());
  CHECK(small.submit(book(fresh<UserId>(), event), IdempotencyKey{"two", "2"}).ok());
  const auto other = fresh<UserId>();
  const auto third = small.submit(book(other, event), IdempotencyKey{"three", "3"});
  expect_refusal(Code::queue_full, third);
  CHECK(third.refusal().retry_after_s.has_value());
  CHECK(small.submit(book(user, event), IdempotencyKey{"one", "1"})->replayed);
  CHECK(small.submit(book(other, event), {}).ok());
}

// Some networks that use their shares up leave the others some of everybody's.
TEST(QueueSubmit, TheLastTenthOfTheKeysIsForNetworksWithFew) {
  queue::CommandQueue small(stores().queue, {16, 100, 50, 1'000, 200, 20});
  int made = 0;
  const auto submit_from = [&](const char* network) {
    const auto name = std::to_string(++made);
    return small.submit(book(user, event), IdempotencyKey{name, name, network});
  };
  for (int n = 0; n < 18; ++n) CHECK(submit_from("192.0.2.1").ok());
  expect_refusal(Code::queue_full, submit_from("192.0.2.1"));
  CHECK(submit_from("192.0.2.2").ok());
  CHECK(submit_from("192.0.2.2").ok());
  expect_refusal(Code::queue_full, submit_from("192.0.2.3"));
}

TEST(QueueSubmit, KeysOfTheDayBeforeMakeRoom) {
  queue::CommandQueue small(stores().queue, {16, 100, 5, 1'000, 1'000, 1});
  auto early = book(user, event), late = book(user, event);
  early.accepted_at = late.accepted_at - std::chrono::hours(25);
  CHECK(small.submit(early, IdempotencyKey{"one", "1"}).ok());
  CHECK(small.submit(late, IdempotencyKey{"two", "2"}).ok());
  expect_refusal(Code::queue_full, small.submit(book(user, event), IdempotencyKey{"three", "3"}));
}

TEST(QueueSubmit, KeysOfTwoPeopleAreTwoKeys) {
  CHECK(queue.submit(book(user, event), key).ok());
  CHECK_FALSE(queue.submit(book(fresh<UserId>(), event), key)->replayed);
}

TEST(QueueSubmit, ADeletedEventTakesNoBookingsButCancels) {
  stores().queue.take()->command({"SET", queue::closed_key(event), "1"});
  expect_refusal(Code::event_cancelled, queue.submit(book(user, event), {}));
  CHECK(queue.submit(cancel(user, event), {}).ok());
}

TEST(QueueSubmit, ADeletedPersonBooksNothingAndIsCancelledFor) {
  queue.refuse_bookings_of(user);
  expect_refusal(Code::token_invalid, queue.submit(book(user, event), {}));
  CHECK(queue.submit(cancel(user, event), {}).ok());
  CHECK(queue.submit(book(fresh<UserId>(), event), {}).ok());
}

TEST(QueueSubmit, ARedisAtItsMemoryLimitIsAFullQueue) {
  const FullRedis full(stores().queue);
  expect_refusal(Code::queue_full, queue.submit(book(user, event), key));
}

TEST(QueueSubmit, IsTakenAgainWhenThereIsMemoryAgain) {
  {
    const FullRedis full(stores().queue);
    expect_refusal(Code::queue_full, queue.submit(book(user, event), key));
  }
  CHECK_FALSE(queue.submit(book(user, event), key)->replayed);
}

TEST(QueueSubmit, AReplayNeedsNoMemory) {
  const auto first = book(user, event);
  CHECK(queue.submit(first, key).ok());
  CHECK(queue.claim_key(user, {"claimed", "fingerprint"}, now()));
  const FullRedis full(stores().queue);
  CHECK(queue.submit(book(user, event), key)->command == first);
  expect_refusal(Code::idempotency_key_reused, queue.submit(cancel(user, event), IdempotencyKey{"key", "another"}));
  CHECK(queue.claim_key(user, {"claimed", "fingerprint"}, now()));
  CHECK_FALSE(queue.claim_key(user, {"key", "another"}, now()));
}

// A Redis that was replaced by an empty one, or that nobody has upgraded yet.
TEST(QueueSubmit, ARedisWithoutTheFunctionsIsOneThatIsAway) {
  const PrivateRedis server("");
  redis::RedisPool pool(server.url(), 1'000);
  queue::CommandQueue bare(pool, {16, 100, 5});
  expect_throws<redis::RedisUnavailable>([&] { bare.must_be_ready(); });
  expect_throws<redis::RedisUnavailable>([&] { return bare.submit(book(user, event), key).ok(); });
  redis::load(*pool.take(), queue::functions());
  bare.must_be_ready();
  CHECK(bare.submit(book(user, event), key).ok());
}

TEST(QueueSubmit, AKilledConnectionIsReplaced) {
  CHECK(queue.submit(book(user, event), {}).ok());
  kill_clients(stores().queue);
  CHECK(queue.submit(book(user, event), {}).ok());
  LONGS_EQUAL(2, queued());
}

TEST(QueueSubmit, WhatIsPendingCanBeFoundByItsPerson) {
  auto command = resize_of(user, event, 7);
  CHECK(queue.submit(command, {}).ok());
  CHECK(*queue.find_pending(user, command.id) == command);
  CHECK_FALSE(queue.find_pending(fresh<UserId>(), command.id).has_value());
  CHECK_FALSE(queue.find_pending(user, fresh<CommandId>()).has_value());
}

TEST(QueueSubmit, APlaceThatIsAnothersShowsNothing) {
  const auto command = book(user, event);
  CHECK(queue.submit(command, {}).ok());
  const auto other = fresh<UserId>();
  const auto place = std::string(stores().queue.command({"HGET", queue::pending_key(user), command.id.str()}).text());
  stores().queue.command({"HSET", queue::pending_key(other), command.id.str(), place});
  CHECK_FALSE(queue.find_pending(other, command.id).has_value());
  CHECK(queue.list_pending(other).empty());
}

TEST(QueueSubmit, WhatIsPendingIsListedOldestFirst) {
  auto old = book(user, event), young = book(user, fresh<EventId>());
  old.accepted_at -= seconds(1);
  CHECK(queue.submit(young, {}).ok());
  CHECK(queue.submit(old, {}).ok());
  CHECK((queue.list_pending(user) == std::vector{old, young}));
}

TEST(QueueSubmit, AnUnreachableRedisIsThrown) {
  redis::RedisPool nowhere("redis://127.0.0.1:1/0", 200);
  queue::CommandQueue lost(nowhere, {});
  expect_throws<redis::RedisUnavailable>([&] { return lost.submit(book(user, event), {}).ok(); });
}

}  // namespace ticketd::tests
