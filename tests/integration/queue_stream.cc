// The worker's end of the queue: reading in order, acknowledging all of an entry, signalling who waits.
#include "domain/shard.h"
#include "queue/command_stream.h"

#include <map>

#include "queue/command_queue.h"
#include "support/fixtures.h"
#include "support/full_redis.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(QueueStream, IntegrationTest) {
  queue::CommandQueue queue{stores().queue, {}};
  queue::CommandStream stream{stores().queue_url, 5'000};
  const UserId user = fresh<UserId>();
  const EventId event = fresh<EventId>();
  const int shard = domain::shard_of(event, 16);

  void setup() override { flush(stores().queue); }

  domain::Command submit(const domain::Command& command, bool awaited = false) {
    CHECK(queue.submit(command, {}, awaited).ok());
    return command;
  }
  std::vector<queue::Entry> read(int max = 100) { return stream.read({shard}, max, 10); }
  static std::int64_t keys() { return stores().queue.take()->command({"DBSIZE"}).integer(); }
};

TEST(QueueStream, ReadsWhatWasSubmittedInItsOrder) {
  const auto first = submit(book(user, event)), second = submit(cancel(user, event)),
             third = submit(resize_of(user, event, 9));
  const auto entries = read();
  LONGS_EQUAL(3, entries.size());
  CHECK(entries[0].command == first && entries[1].command == second && entries[2].command == third);
  LONGS_EQUAL(shard, entries[0].shard);
}

TEST(QueueStream, ReadsTheOldestOfEachShardAsManyAsAsked) {
  std::set<int> shards;
  for (int i = 0; i < 60; ++i) {
    const auto other = fresh<EventId>();
    shards.insert(domain::shard_of(other, 16));
    submit(book(fresh<UserId>(), other));
  }
  std::map<int, int> of_shard;
  std::map<int, std::string> last_id;
  for (const auto& entry : stream.read(shards, 2, 10)) {
    CHECK(last_id[entry.shard] < entry.stream_id);
    last_id[entry.shard] = entry.stream_id;
    ++of_shard[entry.shard];
  }
  LONGS_EQUAL(shards.size(), of_shard.size());
  for (const auto& [one, count] : of_shard) CHECK(count <= 2);
}

TEST(QueueStream, LeavesOtherShardsAlone) {
  submit(book(user, event));
  CHECK(stream.read({(shard + 1) % 16}, 10, 10).empty());
}

TEST(QueueStream, WaitsForTheFirstCommand) {
  std::jthread later([&] { static_cast<void>(queue.submit(book(user, event), {})); });
  LONGS_EQUAL(1, stream.read({shard}, 10, 5'000).size());
}

TEST(QueueStream, WhatIsNotAcknowledgedIsReadAgain) {
  submit(book(user, event));
  LONGS_EQUAL(1, read().size());
  LONGS_EQUAL(1, read().size());
}

TEST(QueueStream, AnAcknowledgedEntryLeavesNothingBehind) {
  submit(book(user, event));
  submit(cancel(user, event));
  stream.acknowledge(read(), {});
  CHECK(read().empty());
  CHECK(queue.list_pending(user).empty());
  LONGS_EQUAL(1, keys());  // the stream, now empty
}

TEST(QueueStream, OnlyWhatIsAcknowledgedGoes) {
  submit(book(user, event));
  const auto second = submit(cancel(user, event));
  const auto entries = read();
  stream.acknowledge({entries.data(), 1}, {});
  CHECK(queue.list_pending(user) == std::vector{second});
  LONGS_EQUAL(1, read().size());
}

TEST(QueueStream, TheNextEntriesAreThoseBehindTheOnesReadLast) {
  std::vector<domain::Command> commands;
  for (int i = 0; i < 5; ++i) commands.push_back(submit(book(fresh<UserId>(), event)));
  const auto command_at = [&](const std::vector<queue::Entry>& entries, std::size_t i) {
    return *entries.at(i).command;
  };
  const auto first = read(2);
  stream.ask_next({shard}, 2);
  stream.acknowledge(first, {});
  const auto second = stream.take_next();
  stream.ask_next({shard}, 2);
  stream.acknowledge(second, {});
  const auto third = stream.take_next();
  LONGS_EQUAL(2, second.size());
  CHECK(command_at(second, 0) == commands[2] && command_at(second, 1) == commands[3]);
  LONGS_EQUAL(1, third.size());
  CHECK(command_at(third, 0) == commands[4]);
  const auto left = read();  // from the beginning again: what is not acknowledged
  LONGS_EQUAL(1, left.size());
  CHECK(command_at(left, 0) == commands[4]);
}

TEST(QueueStream, WhatWasAskedForSurvivesAnotherQuestion) {
  submit(book(user, event));
  const auto first = read(1);
  const auto next = submit(cancel(user, event));
  stream.ask_next({shard}, 1);
  stream.acknowledge(first, {});
  LONGS_EQUAL(1, stream.begin_first_batch(shard, next.id.str()));
  stream.end_first_batch(shard);
  CHECK(stream.take_next().at(0).command == next);
}

TEST(QueueStream, ABrokenConnectionIsNoticedWhereTheAnswerIsMissed) {
  submit(book(user, event));
  const auto entries = read();
  stream.ask_next({shard}, 1);
  kill_clients(stores().queue);
  expect_throws<redis::RedisUnavailable>([&] {
    stream.acknowledge(entries, {});
    stream.take_next();
    stream.ask_next({shard}, 1);
    stream.take_next();
  });
}

TEST(QueueStream, AcknowledgingTwiceIsHarmless) {
  submit(book(user, event));
  const auto entries = read();
  stream.acknowledge(entries, {});
  stream.acknowledge(entries, {});
  CHECK(read().empty());
}

TEST(QueueStream, AnEntryThatCannotBeReadIsReadAsSuchAndCanGo) {
  stores().queue.take()->command({"XADD", queue::stream_key(shard), "*", "kind", "refund"});
  const auto entries = read();
  CHECK_FALSE(entries.at(0).command.has_value());
  stream.acknowledge(entries, {});
  CHECK(read().empty());
}

TEST(QueueStream, WhoAwaitsAnOutcomeIsWokenByIt) {
  const auto command = submit(book(user, event), true);
  const auto entries = read();
  std::jthread worker([&] { stream.acknowledge(entries, {}); });
  CHECK(queue.await_outcome(command.id, 5'000));
}

TEST(QueueStream, AnOutcomeBeforeTheWaitIsNotMissed) {
  const auto command = submit(book(user, event), true);
  stream.acknowledge(read(), {});
  CHECK(queue.await_outcome(command.id, 5'000));
}

TEST(QueueStream, AWaitForAnOutcomeEnds) {
  const auto command = submit(book(user, event), true);
  const auto start = std::chrono::steady_clock::now();
  CHECK_FALSE(queue.await_outcome(command.id, 120));
  const auto waited = std::chrono::steady_clock::now() - start;
  CHECK(waited >= milliseconds(100) && waited < seconds(3));
}

TEST(QueueStream, ADeletedEventIsClosedForBookings) {
  submit(remove_of(user, event));
  stream.acknowledge(read(), std::vector{event});
  LONGS_EQUAL(static_cast<int>(Code::event_cancelled),
              static_cast<int>(queue.submit(book(user, event), {}).refusal().code));
}

TEST(QueueStream, AFullRedisIsEmptiedByAcknowledging) {
  submit(book(user, event));
  const auto entries = read();
  const FullRedis full(stores().queue);
  stream.acknowledge(entries, {});
  CHECK(read().empty());
}

TEST(QueueStream, AFullRedisStillSignalsAnOutcome) {
  const auto command = submit(book(user, event), true);
  const auto entries = read();
  const FullRedis full(stores().queue);
  stream.acknowledge(entries, std::vector{event});
  CHECK(queue.await_outcome(command.id, 1'000));
}

TEST(QueueStream, AKilledConnectionIsReplaced) {
  submit(book(user, event));
  LONGS_EQUAL(1, read().size());
  CHECK(kill_clients(stores().queue) >= 1);
  LONGS_EQUAL(1, read().size());
}

TEST(QueueStream, AConnectionKilledInMidReadIsReplaced) {
  read();
  {
    const std::jthread killer([](const std::stop_token& stop) {
      while (!stop.stop_requested()) kill_clients(stores().queue);
    });
    expect_throws<redis::RedisUnavailable>([&] { stream.read({shard}, 10, 5'000); });
  }
  submit(book(user, event));
  LONGS_EQUAL(1, read().size());
}

TEST(QueueStream, TheNumberOfShardsStaysWhileCommandsAreQueued) {
  CHECK(stream.agree_on_shards(16));
  submit(book(user, event));
  CHECK_FALSE(stream.agree_on_shards(8));
  CHECK(stream.agree_on_shards(16));
}

TEST(QueueStream, TheNumberOfShardsMayChangeWhenTheQueueIsEmpty) {
  CHECK(stream.agree_on_shards(16));
  CHECK(stream.agree_on_shards(8));
  CHECK(stream.agree_on_shards(16));
}

TEST(QueueStream, AWorkerCanStartOnAFullRedis) {
  CHECK(stream.agree_on_shards(16));
  const FullRedis full(stores().queue);
  CHECK(stream.agree_on_shards(16));
}

TEST(QueueStream, TheDepthCountsAllShardsAndKnowsTheOldest) {
  const auto before = epoch_ms(now());
  redis::RedisConnection connection(stores().queue_url, 5'000);
  LONGS_EQUAL(0, queue::queue_depth(connection, 16).oldest_ms);
  for (int i = 0; i < 20; ++i) submit(book(fresh<UserId>(), fresh<EventId>()));
  const auto depth = queue::queue_depth(connection, 16);
  LONGS_EQUAL(20, depth.depth);
  CHECK(std::abs(depth.oldest_ms - before) < 5'000);
}

}  // namespace ticketd::tests
