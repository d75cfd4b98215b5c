#include "domain/shard.h"

namespace ticketd::domain {

int shard_of(EventId event, int shards) {
  constexpr std::size_t kFirst = 9;  // what stands before is the time, and the variant of the UUID
  const auto& bytes = event.uuid.bytes;
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > kFirst;) number = number << 8 | bytes[i];
  return static_cast<int>(number % static_cast<std::uint64_t>(shards));
}

}  // namespace ticketd::domain
