// One XADD, of an entry as long as a booking's, to one of 16 streams.
#include <hiredis/hiredis.h>

#include <atomic>
#include <stdexcept>

#include "bare.h"

namespace {

redisContext* connect() {
  auto* redis = redisConnectUnix(std::getenv("BARE_REDIS_PATH"));
  if (redis == nullptr || redis->err != 0) throw std::runtime_error("Redis cannot be reached");
  const char* user = std::getenv("BARE_REDIS_USER");
  if (user != nullptr) freeReplyObject(redisCommand(redis, "AUTH %s %s", user, std::getenv("BARE_REDIS_PASSWORD")));
  return redis;
}

}  // namespace

int main() {
  static std::atomic<unsigned> turn = 0;
  static const std::string entry(300, 'x');
  serve(connect, [](redisContext* redis, const FCGX_Request&) {
    auto* raw = redisCommand(redis, "XADD ticketd:commands:{bare%u} * f %b", turn++ % 16, entry.data(), entry.size());
    const auto* reply = static_cast<redisReply*>(raw);
    if (reply == nullptr || reply->type == REDIS_REPLY_ERROR) std::abort();
    freeReplyObject(raw);
  });
}
