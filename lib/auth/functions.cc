#include "auth/functions.h"

namespace ticketd::auth {
namespace {

const char* const kEnter = R"(
local found = redis.call('ZMSCORE', KEYS[1], 'read', ARGV[2], ARGV[3])
local revoked = found[3] or (found[2] and tonumber(ARGV[4]) < tonumber(found[2]))
local first, last = 2, 1 + ARGV[5]
if revoked then first, last = last + 1, #KEYS end
local answer = {revoked and 1 or 0, found[1]}
for i = first, last do
  local count = redis.call('INCR', KEYS[i])
  local left = redis.call('PTTL', KEYS[i])
  if left < 0 then
    left = tonumber(ARGV[1])
    redis.call('PEXPIRE', KEYS[i], left)
  end
  table.insert(answer, count)
  table.insert(answer, left)
  if count > tonumber(ARGV[4 + i]) then break end
end
return answer
)";

const char* const kBeginAttempt = R"(
local wait = 0
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[2 * i - 1]) then
    wait = math.max(wait, 1, redis.call('TTL', key))
  end
end
if wait > 0 then return {wait} end
local answer = {0}
for i, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
  table.insert(answer, redis.call('PTTL', key))
end
return answer
)";

const char* const kTakeBack = R"(
for i, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= tonumber(ARGV[i]) then redis.call('DECR', key) end
end
return 0
)";

}  // namespace

const redis::Library& functions() {
  static const redis::Library library("ticketd_cache",
                                      {{"enter", kEnter}, {"begin_attempt", kBeginAttempt}, {"take_back", kTakeBack}});
  return library;
}

}  // namespace ticketd::auth
