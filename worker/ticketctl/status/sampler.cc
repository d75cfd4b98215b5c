#include "ticketctl/status/sampler.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "metrics/metrics.h"
#include "storage/dead_letters.h"

namespace ticketd::ctl {
namespace {

constexpr int kRedisTimeoutMs = 1'000;

template <class Body>
auto try_to(Body&& body) -> Looked<decltype(body())> {
  try {
    return {body(), ""};
  } catch (const std::exception& e) {
    return {std::nullopt, e.what()};
  }
}

DatabaseLook look_at(postgres::DatabasePool& database) {
  return postgres::autocommit(database, [](pqxx::transaction_base& tx) {
    return DatabaseLook{storage::find_server_health(tx), storage::find_schema_version(tx),
                        storage::count_dead_letters(tx), storage::list_workers(tx), storage::list_session_counts(tx)};
  });
}

QueueLook look_at(redis::RedisConnection& redis, int configured_shards) {
  QueueLook look{redis::read_server_facts(redis), 0, 0, 0};
  look.shards = std::max(configured_shards, queue::stored_shards(redis));
  const auto queue = queue::queue_depth(redis, look.shards);
  look.depth = queue.depth;
  if (queue.oldest_ms > 0) look.oldest_age_ms = std::max<std::int64_t>(0, look.server.now_ms - queue.oldest_ms);
  return look;
}

}  // namespace

Sampler::Sampler(const Config& config)
    : config_(config),
      database_(config.database_url, {"ticketctl"}, 1),
      queue_(config.queue_redis_url, kRedisTimeoutMs),
      cache_(config.cache_redis_url, kRedisTimeoutMs) {}

Looked<Series> Sampler::look_at_metrics() const {
  if (config_.metrics_file.empty()) return {std::nullopt, "TICKETD_METRICS_FILE is not set"};
  std::vector<Sample> samples;
  for (const auto part : kMetricsParts) {
    const auto path = metrics_file_of(config_.metrics_file, part);
    if (::access(path.c_str(), R_OK) != 0 && errno != ENOENT) return {std::nullopt, path + ": " + std::strerror(errno)};
    for (auto& sample : Metrics::read(path)) samples.push_back(std::move(sample));
  }
  if (samples.empty()) return {std::nullopt, config_.metrics_file + ": nobody has counted yet"};
  return {parse_exposition(exposition(std::move(samples))), ""};
}

StatusSample Sampler::look() {
  StatusSample sample;
  sample.at = std::chrono::steady_clock::now();
  sample.time = SystemClock().now();
  sample.metrics = look_at_metrics();
  sample.database = try_to([&] { return look_at(database_); });
  sample.queue = try_to([&] { return look_at(queue_, config_.shards); });
  sample.cache = try_to([&] { return redis::read_server_facts(cache_); });
  return sample;
}

}  // namespace ticketd::ctl
