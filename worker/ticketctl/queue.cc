#include "queue/command_stream.h"

#include <iostream>

#include "base/json_text.h"
#include "base/time.h"
#include "ticketctl/commands.h"

namespace ticketd::ctl {

int queue(const Config& config, const Options& options) {
  if (!options.words.empty()) return wrong_usage("queue takes nothing but --json");
  redis::RedisConnection redis(config.queue_redis_url, 2'000);
  const auto depth = ticketd::queue::queue_depth(redis, config.shards);
  const auto age_ms = depth.oldest_ms == 0 ? 0 : epoch_ms(SystemClock().now()) - depth.oldest_ms;
  if (options.json) {
    std::cout << JsonText::object({{"depth", depth.depth}, {"oldest_ms", age_ms}}).str() << '\n';
  } else if (depth.depth == 0) {
    std::cout << "the queue is empty\n";
  } else {
    std::cout << depth.depth << " commands are waiting, the oldest for " << static_cast<double>(age_ms) / 1000
              << " s\n";
  }
  return 0;
}

}  // namespace ticketd::ctl
