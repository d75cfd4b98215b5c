#include "endpoint/store_gauges.h"

#include <algorithm>

#include "postgres/database.h"
#include "queue/command_stream.h"
#include "redis/server_facts.h"
#include "storage/dead_letters.h"

namespace ticketd {
namespace {

// All waits together stay below the 10 s that Prometheus waits by default.
constexpr int kWaitMs = 1'000;

template <class Look>
void look(std::vector<Sample>& samples, const std::string& store, Look&& look_at) {
  bool up = true;
  try {
    look_at();
  } catch (const std::exception&) {
    up = false;
  }
  samples.push_back({"ticketd_store_up{store=\"" + store + "\"}", up ? 1 : 0});
}

void look_at_queue(std::vector<Sample>& samples, const Config& config, Time now) {
  redis::RedisConnection redis(config.queue_redis_url, kWaitMs);
  const auto queue = queue::queue_depth(redis, config.shards);
  const auto age_ms = queue.oldest_ms == 0 ? 0 : std::max<std::int64_t>(0, epoch_ms(now) - queue.oldest_ms);
  samples.push_back({"ticketd_queue_commands", queue.depth});
  samples.push_back({"ticketd_queue_oldest_age_seconds", age_ms * 1'000});
  try {
    const auto memory = redis::read_info(redis, "memory");
    samples.push_back({"ticketd_queue_memory_bytes", redis::number_in(memory, "used_memory")});
    samples.push_back({"ticketd_queue_memory_max_bytes", redis::number_in(memory, "maxmemory")});
  } catch (const redis::RedisError&) {  // its user may not ask: a queue that works all the same
  }
}

}  // namespace

std::vector<Sample> look_at_stores(const Config& config, Time now) {
  std::vector<Sample> samples;
  look(samples, "database", [&] {
    postgres::DatabaseConnection session(config.database_url, {"metrics", kWaitMs, 0});
    pqxx::nontransaction tx(session.get());
    samples.push_back({"ticketd_dead_letters", storage::count_dead_letters(tx)});
  });
  look(samples, "queue", [&] { look_at_queue(samples, config, now); });
  look(samples, "cache", [&] { redis::RedisConnection(config.cache_redis_url, kWaitMs).command({"PING"}); });
  return samples;
}

}  // namespace ticketd
