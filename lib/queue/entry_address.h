// Where a command stands in the queue: what the hash of a user's pending commands says of each.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "queue/wire.h"
#include "redis/redis.h"

namespace ticketd::queue {

// As text "SHARD STREAM-ID".
struct EntryAddress {
  int shard = 0;
  std::string stream_id;  // MS-N, by Redis's clock

  // Empty for what is no address.
  static std::optional<EntryAddress> parse(std::string_view text);
  // When the entry was queued, in ms since 1970.
  [[nodiscard]] std::int64_t queued_ms() const;
};

// The fields of an entry as XRANGE and XREAD give it, {stream id, {name, value, …}}.
Fields fields_of(const redis::Reply& entry);

// What stands at the addresses, in one round trip; empty where nothing does (any more). Throws redis::RedisUnavailable.
std::vector<std::optional<Fields>> read_entries(redis::Commands& redis, std::span<const EntryAddress> addresses);

}  // namespace ticketd::queue
