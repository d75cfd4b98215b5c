// The shard of an event, as SQL computes it.
#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/shard_vectors.h"

namespace ticketd::tests {

TEST_GROUP_BASE(ShardOfInSql, IntegrationTest){};

TEST(ShardOfInSql, IsThatOfTheCode) {
  for (const auto& [event, shards, shard] : kShardVectors)
    LONGS_EQUAL_TEXT(shard, sql_number("SELECT shard_of($1, $2)", event, shards), event);
}

// An index by it serves finding what is due in a worker's shards.
TEST(ShardOfInSql, MayStandInAnIndex) {
  expect_text("i",
              sql_text("SELECT provolatile::text FROM pg_proc WHERE oid = 'shard_of(uuid, integer)'::regprocedure"));
}

}  // namespace ticketd::tests
