#include "redis/server_facts.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(ServerFacts){};

TEST(ServerFacts, TellRedisFromValkey) {
  redis::ServerFacts facts;
  facts.info = {{"redis_version", "7.0.15"}};
  expect_text("7.0.15", facts.version());
  LONGS_EQUAL(7, facts.major_version());
  facts.info = {{"redis_version", "7.2.4"}, {"server_name", "valkey"}, {"valkey_version", "8.1.1"}};
  expect_text("Valkey 8.1.1", facts.version());
  LONGS_EQUAL(7, facts.major_version());
}
