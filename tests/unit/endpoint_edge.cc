#include "endpoint/edge.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

namespace {

// Its stores are never asked.
Config settings() {
  Config config;
  config.database_url = "postgresql:///none?host=/nonexistent";
  config.queue_redis_url = config.cache_redis_url = "unix:///nonexistent";
  config.db_connections = config.shards = config.argon2_jobs = 1;
  config.log_level = Level::error;
  return config;
}

int status_after(milliseconds waited) {
  App app(settings(), "test", 1);
  Edge edge(app, "test", RateClass::none, [](App&, const Request&) -> Answer { return Reply{200}; });
  Request request;
  request.whole_at = SystemClock().now() - waited;
  return edge.handle(request).status;
}

}  // namespace

TEST_GROUP(Edge){};

TEST(Edge, RefusesWhatWaitedTooLong) {
  LONGS_EQUAL(200, status_after(milliseconds(0)));
  LONGS_EQUAL(200, status_after(milliseconds(1'500)));
  LONGS_EQUAL(503, status_after(milliseconds(3'000)));
}

TEST(Edge, TakesAClockThatWasSetForNoWait) {
  LONGS_EQUAL(200, status_after(std::chrono::hours(1)));
  LONGS_EQUAL(200, status_after(-std::chrono::hours(1)));
}
