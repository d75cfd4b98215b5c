// Everything that a handler works with, built once at start and passed by reference.
#pragma once
#include <algorithm>
#include <semaphore>

#include "auth/access_token.h"
#include "auth/attempts.h"
#include "auth/gate.h"
#include "auth/passwords.h"
#include "base/random.h"
#include "base/time.h"
#include "cache/count_cache.h"
#include "cache/event_cache.h"
#include "cache/verified_cache.h"
#include "config/config.h"
#include "metrics/meters.h"
#include "metrics/metrics.h"
#include "postgres/database.h"
#include "queue/command_queue.h"
#include "redis/pool.h"

namespace ticketd {

struct App {
  // `name`: the endpoint's, seen in pg_stat_activity. `threads`: that handle requests. Connects to nothing yet.
  App(Config settings, const std::string& name, int threads)
      : config(std::move(settings)),
        metrics(metrics_file_of(config.metrics_file, "api")),
        database(config.database_url, {name, config.statement_timeout_ms, 0}, config.db_connections,
                 database_meter(metrics, name, config.db_connections)),
        queue_redis(config.queue_redis_url, kRedisTimeoutMs, redis_meter(metrics, name, "queue")),
        cache_redis(config.cache_redis_url, kRedisTimeoutMs, redis_meter(metrics, name, "cache")),
        queue(queue_redis, {config.shards, config.queue_max, config.pending_per_user, config.keys_per_user,
                            config.keys_per_network, config.keys_max}),
        passwords(config.argon2_jobs, config.argon2_file, std::max(1, threads * 7 / 8)),
        access_tokens(config),
        cache(cache_redis, metrics.series("ticketd_cache_unavailable_total")),
        gate(cache),
        attempts(cache),
        events(database),
        outcome_waits(std::max(1, threads / 2)) {}

  // Long enough for a sync of a slow disk, short enough that a client need not wait for a Redis that hangs.
  static constexpr int kRedisTimeoutMs = 2'000;

  const Config config;
  SystemClock clock;
  SystemRandom random;
  Metrics metrics;
  postgres::DatabasePool database;
  redis::RedisPool queue_redis;
  redis::RedisPool cache_redis;
  queue::CommandQueue queue;
  auth::Passwords passwords;
  auth::AccessTokens access_tokens;
  auth::Cache cache;
  auth::Gate gate;
  auth::Attempts attempts;
  EventCache events;
  CountCache counts;
  VerifiedCache verified;
  // Threads that may wait for an outcome at once: while the worker lags, the others go on answering.
  std::counting_semaphore<> outcome_waits;
};

}  // namespace ticketd
