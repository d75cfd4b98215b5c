#include "queue/requeue.h"

#include "domain/shard.h"
#include "queue/functions.h"
#include "queue/wire.h"

namespace ticketd::queue {

void requeue(redis::RedisConnection& redis, const domain::Command& command, int shards) {
  const int shard = domain::shard_of(command.event, shards);
  redis::Arguments arguments = {std::to_string(shards), command.id.str(), std::to_string(shard)};
  for (const auto& [name, value] : to_fields(command)) {
    arguments.push_back(name);
    arguments.push_back(value);
  }
  const redis::Arguments keys = {stream_key(shard), pending_key(command.user), kShardsKey};
  if (redis.call(functions().function("requeue"), keys, arguments).integer() == 1) return;
  throw std::runtime_error("the queue has another number of shards than TICKETD_SHARDS=" + std::to_string(shards));
}

}  // namespace ticketd::queue
