// What a Redis says about itself.
#pragma once
#include "redis/redis.h"

namespace ticketd::redis {

struct Memory {
  std::int64_t used = 0;  // bytes
  std::int64_t max = 0;   // maxmemory; 0: no limit
};
// Throws RedisUnavailable, and RedisError where the user may not ask (INFO).
Memory memory_of(Connection& redis);

}  // namespace ticketd::redis
