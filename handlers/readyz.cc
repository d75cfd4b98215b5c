// GET /readyz: 200 when PostgreSQL and the queue can be reached, 503 with what is missing otherwise. The cache may be
// away: the service goes on without it.
#include "endpoint/serve.h"

using namespace ticketd;

static bool answers(redis::RedisPool& redis) {
  try {
    return redis.command({"PING"}).text() == "PONG";
  } catch (const std::exception&) {
    return false;
  }
}

static Answer readyz(App& app, const Request&) {
  postgres::ping(app.database);
  if (!answers(app.queue_redis)) return Refusal{Code::queue_unavailable};
  const auto parts =
      JsonText::object({{"database", "ok"}, {"queue", "ok"}, {"cache", answers(app.cache_redis) ? "ok" : "away"}});
  return http::success(200, "ready", parts);
}

int main() { return serve("readyz", RateClass::none, readyz); }
