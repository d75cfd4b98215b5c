// Redis behind a unix socket, as a package sets it up.
#include "support/integration_test.h"
#include "support/private_redis.h"

namespace ticketd::tests {

TEST_GROUP_BASE(RedisUnix, IntegrationTest){};

TEST(RedisUnix, IsReached) {
  const PrivateRedis server("");
  redis::RedisConnection redis(server.url(), 1'000);
  expect_text("PONG", redis.command({"PING"}).text());
}

TEST(RedisUnix, IsReachedAsAUserAndWithADatabase) {
  const PrivateRedis server("user api on >se@c/ret ~* &* +@all");
  redis::RedisConnection redis("unix://api:se%40c%2Fret@" + server.url().substr(7) + "?db=3", 1'000);
  expect_text("api", redis.command({"ACL", "WHOAMI"}).text());
  expect_contains("db=3", redis.command({"CLIENT", "INFO"}).text());
}

// Whether this host has IPv6 or not, the address is understood.
TEST(RedisUnix, AnAddressInBracketsIsNoName) {
  redis::RedisConnection redis("redis://[::1]:1", 1'000);
  try {
    redis.command({"PING"});
    FAIL("nobody listens there");
  } catch (const redis::RedisUnavailable& e) {
    expect_lacks("Name or service not known", e.what());
  }
}

}  // namespace ticketd::tests
