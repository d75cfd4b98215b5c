// GET /metrics: Prometheus text format 0.0.4, exact over all processes of this host. nginx lets only loopback in.
#include "app/serve.h"
#include "queue/command_stream.h"

using namespace ticketd;

static std::string gauge(const std::string& name, const std::string& value) {
  return "# TYPE " + name + " gauge\n" + name + ' ' + value + '\n';
}

// What is not counted but looked at: the queue as it is now.
static std::string queue_gauges(App& app) {
  try {
    redis::Connection redis(app.config.queue_redis_url, App::kRedisTimeoutMs);
    const auto queue = queue::queue_depth(redis, app.config.shards);
    const auto now_ms = epoch_ms(app.clock.now());
    const auto age_ms = queue.oldest_ms == 0 ? 0 : std::max<std::int64_t>(0, now_ms - queue.oldest_ms);
    return gauge("ticketd_queue_up", "1") + gauge("ticketd_queue_depth", std::to_string(queue.depth)) +
           gauge("ticketd_queue_oldest_seconds", std::to_string(static_cast<double>(age_ms) / 1000));
  } catch (const std::exception&) {
    return gauge("ticketd_queue_up", "0");
  }
}

static Answer metrics(App& app, const Request&) {
  Reply reply;
  reply.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8").header("Cache-Control", "no-store");
  reply.body = app.metrics.render() + queue_gauges(app);
  return reply;
}

int main() { return serve("metrics", Limit::none, metrics); }
