#include "redis/info.h"

#include <charconv>

namespace ticketd::redis {
namespace {

// The number after "\nNAME:"; 0 if it is not there.
std::int64_t number_in(std::string_view info, const std::string& name) {
  const auto at = info.find('\n' + name + ':');
  std::int64_t value = 0;
  if (at != std::string_view::npos) {
    std::from_chars(info.data() + at + name.size() + 2, info.data() + info.size(), value);
  }
  return value;
}

}  // namespace

Memory memory_of(Connection& redis) {
  const auto reply = redis.command({"INFO", "memory"});
  return {number_in(reply.text(), "used_memory"), number_in(reply.text(), "maxmemory")};
}

}  // namespace ticketd::redis
