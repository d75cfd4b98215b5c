#include "auth/attempts.h"

#include <algorithm>

namespace ticketd::auth {
namespace {

constexpr const char* kKnownTtlS = "2592000";

// KEYS: counters. ARGV: limit and window in s of each.
const redis::Script& begin_script() {
  static const redis::Script script(R"(
local wait = 0
for i, key in ipairs(KEYS) do
  if tonumber(redis.call('GET', key) or 0) >= tonumber(ARGV[2 * i - 1]) then
    wait = math.max(wait, 1, redis.call('TTL', key))
  end
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  if redis.call('INCR', key) == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
end
return 0
)");
  return script;
}

// KEYS: counters. One that expired meanwhile has nothing to take back.
const redis::Script& take_back_script() {
  static const redis::Script script(R"(
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then redis.call('DECR', key) end
end
return 0
)");
  return script;
}

std::string key_of(const std::string& what) { return "ticketd:login:" + what; }
std::string known_key_of(const std::string& what) { return "ticketd:login:known:" + what; }

redis::Arguments keys_of(std::span<const Counter> counters) {
  redis::Arguments keys;
  for (const auto& counter : counters) keys.push_back(key_of(counter.what));
  return keys;
}

}  // namespace

int Attempts::begin(std::span<const Counter> counters) {
  redis::Arguments rules;
  for (const auto& counter : counters) {
    rules.push_back(std::to_string(counter.rule.limit));
    rules.push_back(std::to_string(counter.rule.window_s));
  }
  int wait_s = 0;
  cache_.try_to([&](redis::Commands& redis) {
    wait_s = static_cast<int>(redis.eval(begin_script(), keys_of(counters), rules).integer());
  });
  return wait_s;
}

void Attempts::take_back(std::span<const Counter> counters) {
  cache_.try_to([&](redis::Commands& redis) { redis.eval(take_back_script(), keys_of(counters), {}); });
}

void Attempts::forget(const Counter& counter) {
  cache_.try_to([&](redis::Commands& redis) { redis.command({"DEL", key_of(counter.what)}); });
}

void Attempts::remember_known(const std::string& what) {
  cache_.try_to([&](redis::Commands& redis) { redis.command({"SET", known_key_of(what), "1", "EX", kKnownTtlS}); });
}

bool Attempts::is_known(const std::string& what) {
  bool known = false;
  cache_.try_to([&](redis::Commands& redis) { known = redis.command({"EXISTS", known_key_of(what)}).integer() == 1; });
  return known;
}

}  // namespace ticketd::auth
