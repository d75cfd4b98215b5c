#include "auth/attempts.h"

#include <algorithm>

#include "auth/functions.h"

namespace ticketd::auth {
namespace {

constexpr const char* kKnownTtlS = "2592000";

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
    const auto answer = redis.call(functions().function("begin_attempt"), keys_of(counters), rules);
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
  cache_.try_to(
      [&](redis::Commands& redis) { redis.call(functions().function("take_back"), keys_of(counters), left); });
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
