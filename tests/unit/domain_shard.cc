#include "domain/shard.h"

#include <set>
#include <vector>

#include "support/fakes.h"
#include "support/shard_vectors.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using domain::shard_of;

TEST_GROUP(ShardOf) {
  FixedClock clock;
  SeededRandom random;

  // How many of 20,000 new events go to each shard.
  std::vector<int> spread_over(int shards) {
    std::vector<int> events(static_cast<std::size_t>(shards));
    for (int i = 0; i < 20'000; ++i)
      ++events.at(static_cast<std::size_t>(shard_of(EventId::make(clock.now(), random), shards)));
    return events;
  }
};

TEST(ShardOf, IsTheSameForTheSameEvent) {
  const auto event = EventId::make(clock.now(), random);
  LONGS_EQUAL(shard_of(event, 16), shard_of(*EventId::parse(event.str()), 16));
}

// Queues of every release are laid out by these; tests/integration/shard_of.cc holds SQL to them.
TEST(ShardOf, IsWhatItAlwaysWas) {
  for (const auto& [id, shards, shard] : kShardVectors)
    LONGS_EQUAL_TEXT(shard, shard_of(*EventId::parse(id), shards), id);
}

TEST(ShardOf, IsZeroWhereThereIsOneShard) { LONGS_EQUAL(0, shard_of(EventId::make(clock.now(), random), 1)); }

TEST(ShardOf, SpreadsEventsEvenly) {
  for (const int events : spread_over(16)) CHECK_TRUE(events > 900 && events < 1'600);
}

TEST(ShardOf, SpreadsEventsOverAsManyShardsAsMayBeSet) {
  int idle = 0;
  for (const int events : spread_over(256)) idle += events == 0 ? 1 : 0;
  LONGS_EQUAL(0, idle);
}
