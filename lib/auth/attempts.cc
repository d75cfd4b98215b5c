#include "auth/attempts.h"

#include <algorithm>

namespace ticketd::auth {
namespace {

constexpr const char* kKnownTtlS = "2592000";

// KEYS: counters. ARGV: limit and window in s of each. Answers {s to wait}, or {0, ms that each window has left}.
const redis::Script& begin_script() {
  static const redis::Script script(R"(
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
)");
  return script;
}

// KEYS: counters. ARGV: ms that each window has left at most, if it is the one that counted; a later one has more.
const redis::Script& take_back_script() {
  static const redis::Script script(R"(
for i, key in ipairs(KEYS) do
  local left = redis.call('PTTL', key)
  if left >= 0 and left <= tonumber(ARGV[i]) then redis.call('DECR', key) end
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

Attempt Attempts::begin(std::span<const Counter> counters) {
  redis::Arguments rules;
  for (const auto& counter : counters) {
    rules.push_back(std::to_string(counter.rule.limit));
    rules.push_back(std::to_string(counter.rule.window_s));
  }
  Attempt attempt;
  cache_.try_to([&](redis::Commands& redis) {
    const auto answer = redis.eval(begin_script(), keys_of(counters), rules);
    attempt.wait_s = static_cast<int>(answer.at(0).integer());
    for (std::size_t i = 1; i < answer.size(); ++i) attempt.left_ms.push_back(answer.at(i).integer());
  });
  attempt.counted_at = std::chrono::steady_clock::now();
  return attempt;
}

// The answer was some time on its way: what is left by our clock is never less than what Redis has, but for how much
// the two clocks' speeds differ.
void Attempts::take_back(std::span<const Counter> counters, const Attempt& attempt) {
  if (attempt.left_ms.empty()) return;
  constexpr std::int64_t kClocksDifferMs = 20;
  const auto passed = std::chrono::steady_clock::now() - attempt.counted_at;
  const auto passed_ms = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
  redis::Arguments left;
  for (const auto left_ms : attempt.left_ms) left.push_back(std::to_string(left_ms - passed_ms + kClocksDifferMs));
  cache_.try_to([&](redis::Commands& redis) { redis.eval(take_back_script(), keys_of(counters), left); });
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
