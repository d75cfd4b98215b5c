#include "queue/requeue.h"

#include "domain/shard.h"
#include "queue/wire.h"

namespace ticketd::queue {
namespace {

// KEYS: stream, pending hash, the remembered number of shards (see CommandStream::agree_on_shards).
// ARGV: number of shards, command id, shard, then the stream entry's fields. Answers 1, or 0 if the shards disagree.
const redis::Script& requeue_script() {
  static const redis::Script script(R"(
local shards = redis.call('GET', KEYS[3])
if shards and shards ~= ARGV[1] then return 0 end
local stream_id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 4))
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ' ' .. stream_id)
return 1
)");
  return script;
}

}  // namespace

void requeue(redis::RedisConnection& redis, const domain::Command& command, int shards) {
  const int shard = domain::shard_of(command.event, shards);
  redis::Arguments arguments = {std::to_string(shards), command.id.str(), std::to_string(shard)};
  for (const auto& [name, value] : to_fields(command)) {
    arguments.push_back(name);
    arguments.push_back(value);
  }
  const redis::Arguments keys = {stream_key(shard), pending_key(command.user), kShardsKey};
  if (redis.eval(requeue_script(), keys, arguments).integer() == 1) return;
  throw std::runtime_error("the queue has another number of shards than TICKETD_SHARDS=" + std::to_string(shards));
}

}  // namespace ticketd::queue
