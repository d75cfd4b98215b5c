// One look at everything that `ticketctl status` shows. What is away leaves its part empty, with the reason.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/config.h"
#include "metrics/traffic.h"
#include "queue/command_stream.h"
#include "redis/server_facts.h"
#include "storage/health.h"
#include "storage/shard_locks.h"

namespace ticketd::ctl {

struct DatabaseLook {
  storage::ServerHealth server;
  int schema_version = 0;
  std::int64_t dead_letters = 0;
  std::vector<storage::WorkerSession> workers;
  std::vector<std::pair<std::string, int>> sessions;
};

struct QueueLook {
  redis::ServerFacts server;
  std::int64_t depth = 0;
  std::int64_t oldest_age_ms = 0;
  int shards = 0;
};

template <class T>
struct Looked {
  std::optional<T> value;
  std::string error;  // why there is none
};

struct StatusSample {
  std::chrono::steady_clock::time_point at;
  Time time;
  Looked<Series> metrics;
  Looked<DatabaseLook> database;
  Looked<QueueLook> queue;
  Looked<redis::ServerFacts> cache;
};

// Keeps its connections for the next look.
class Sampler {
 public:
  explicit Sampler(const Config& config);
  StatusSample look();
  // The metrics alone.
  Looked<Series> look_at_metrics() const;

 private:
  const Config& config_;
  postgres::DatabasePool database_;
  redis::RedisConnection queue_;
  redis::RedisConnection cache_;
};

}  // namespace ticketd::ctl
