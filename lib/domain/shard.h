// Which shard of the queue an event's commands go to.
#pragma once
#include "base/uuid.h"

namespace ticketd::domain {

// 0 to `shards` - 1: the last seven bytes of the id as a little-endian number, modulo `shards`. Data depends on it: the
// same function stands in SQL (migrations, shard_of()), every release has computed it so, and the test vectors of
// tests/unit/domain_shard.cc hold all of them. `shards` of 1 or more.
int shard_of(EventId event, int shards);

}  // namespace ticketd::domain
