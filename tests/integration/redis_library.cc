// Functions in Redis: two releases' beside each other, and a Redis that starts with some.
#include "redis/library.h"

#include <filesystem>
#include <fstream>

#include "auth/functions.h"
#include "support/integration_test.h"
#include "support/private_redis.h"

namespace ticketd::tests {
namespace {

redis::Library answers(const std::string& number) { return {"ticketd_test", {{"say", "return " + number + "\n"}}}; }

std::int64_t said(redis::RedisConnection& redis, const redis::Library& library) {
  return redis.call(library.function("say"), {}, {}).integer();
}

}  // namespace

TEST_GROUP_BASE(RedisLibrary, IntegrationTest) { const redis::Library old = answers("1"), fresh = answers("2"); };

TEST(RedisLibrary, TwoReleasesStandBesideEachOther) {
  const PrivateRedis server("");
  redis::RedisConnection redis(server.url(), 1'000);
  CHECK_FALSE(redis::has(redis, old));
  for (const auto& library : {old, fresh, fresh}) redis::load(redis, library);
  LONGS_EQUAL(1, said(redis, old));
  LONGS_EQUAL(2, said(redis, fresh));
}

TEST(RedisLibrary, DropsThoseOfOtherReleasesAlone) {
  const PrivateRedis server("");
  redis::RedisConnection redis(server.url(), 1'000);
  for (const auto& library : {old, fresh, auth::functions()}) redis::load(redis, library);
  CHECK((redis::drop_others(redis, fresh) == std::vector{old.name()}));
  CHECK(redis::has(redis, fresh) && redis::has(redis, auth::functions()) && !redis::has(redis, old));
  expect_throws<redis::RedisUnavailable>([&] { said(redis, old); });
  CHECK(redis::drop_others(redis, fresh).empty());
}

TEST(RedisLibrary, ARedisThatKeepsNothingStartsWithIt) {
  const auto file = std::filesystem::path("/var/tmp") / (fresh.name() + ".rdb");
  std::ofstream(file, std::ios::binary) << fresh.rdb();
  for (int start = 0; start < 2; ++start) {  // it writes nothing when it ends
    const PrivateRedis server("dir /var/tmp\ndbfilename " + file.filename().string());
    redis::RedisConnection redis(server.url(), 1'000);
    LONGS_EQUAL(2, said(redis, fresh));
    LONGS_EQUAL(0, redis.command({"DBSIZE"}).integer());
  }
  std::filesystem::remove(file);
}

}  // namespace ticketd::tests
