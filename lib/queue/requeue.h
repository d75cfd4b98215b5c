// Puts a command that had been taken out of the queue back into it.
#pragma once
#include "domain/command.h"
#include "redis/redis.h"

namespace ticketd::queue {

// Adds the command under its old id to the end of its event's stream, and to what its user sees as queued, in one
// script; when this returns both are on disk. The caps on the queue do not hold here, for its operator asks for it.
// Throws std::runtime_error if the queue was made for another number of shards (nothing was added then),
// redis::RedisError if it is out of memory (likewise), and redis::RedisUnavailable: then it may have been added.
void requeue(redis::RedisConnection& redis, const domain::Command& command, int shards);

}  // namespace ticketd::queue
