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
  const PrivateRedis server("user api on >secret ~* &* +@all");
  redis::RedisConnection redis("unix://api:secret@" + server.url().substr(7) + "?db=3", 1'000);
  expect_text("api", redis.command({"ACL", "WHOAMI"}).text());
  expect_contains("db=3", redis.command({"CLIENT", "INFO"}).text());
}

}  // namespace ticketd::tests
