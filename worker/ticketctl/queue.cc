#include <algorithm>
#include <iostream>

#include "base/json_text.h"
#include "base/time.h"
#include "queue/command_stream.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {
namespace {

constexpr int kRedisTimeoutMs = 2'000;

std::int64_t age_ms(const ticketd::queue::Depth& depth, Time now) {
  return depth.oldest_ms == 0 ? 0 : std::max<std::int64_t>(0, epoch_ms(now) - depth.oldest_ms);
}

double age_s(const ticketd::queue::Depth& depth, Time now) { return static_cast<double>(age_ms(depth, now)) / 1000; }

}  // namespace

int queue(const Config& config, const Options& options) {
  if (!options.words.empty()) return wrong_usage("queue takes nothing but --json");
  redis::RedisConnection redis(config.queue_redis_url, kRedisTimeoutMs);
  const auto all = ticketd::queue::queue_depth(redis, config.shards);
  const auto now = SystemClock().now();
  if (options.json) {
    auto shards = JsonText::array();
    for (const auto& [shard, depth] : all.by_shard)
      shards.push(JsonText::object({{"shard", shard}, {"depth", depth.depth}, {"oldest_ms", age_ms(depth, now)}}));
    std::cout << JsonText::object({{"depth", all.depth}, {"oldest_ms", age_ms(all, now)}, {"shards", shards}}).str()
              << '\n';
    return 0;
  }
  if (all.depth == 0) {
    std::cout << "the queue is empty\n";
    return 0;
  }
  std::cout << all.depth << " commands are waiting, the oldest for " << age_s(all, now) << " s\n";
  for (const auto& [shard, depth] : all.by_shard)
    std::cout << "  shard " << shard << ": " << depth.depth << ", the oldest for " << age_s(depth, now) << " s\n";
  return 0;
}

}  // namespace ticketd::ctl
