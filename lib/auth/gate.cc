#include "auth/gate.h"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace ticketd::auth {
namespace {

constexpr const char* kTokensKey = "ticketd:tokens";
constexpr std::int64_t kHangMs = 100;
constexpr std::int64_t kLeaveAloneMs = 2'000;
constexpr const char* kTokensTtlS = "30";
constexpr int kLoginFailures = 10;
constexpr int kLoginWindowS = 15 * 60;

// KEYS: counter, tokens. ARGV: limit (0: none), window in s, user id (or "").
// Answers {count, ms until the window ends, is the token list complete, the user's entry}.
const redis::Script& enter_script() {
  static const redis::Script script(R"(
local count, left = 0, 0
if tonumber(ARGV[1]) > 0 then
  count = redis.call('INCR', KEYS[1])
  if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2] * 1000) end
  left = redis.call('PTTL', KEYS[1])
end
local known = redis.call('HMGET', KEYS[2], 'loaded', ARGV[3])
return {count, left, known[1] and 1 or 0, known[2]}
)");
  return script;
}

// KEYS: failures. ARGV: window in s.
const redis::Script& fail_script() {
  static const redis::Script script(R"(
if redis.call('INCR', KEYS[1]) == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return 1
)");
  return script;
}

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::int64_t steady_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

std::string login_key(const std::string& who) { return "ticketd:login:" + who; }

}  // namespace

template <class Body>
void Gate::try_to(Body&& body) {
  const auto start = steady_ms();
  if (start < not_before_ms_.load(std::memory_order_relaxed)) {
    unreachable_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  try {
    body();
  } catch (const std::runtime_error&) {  // not reachable, or full and refusing writes: the same to us
    unreachable_.fetch_add(1, std::memory_order_relaxed);
    // One that answers at once that it is away may be asked again at once; one that hangs would hold up everybody.
    const auto now = steady_ms();
    if (now - start >= kHangMs) not_before_ms_.store(now + kLeaveAloneMs, std::memory_order_relaxed);
  }
}

Passage Gate::enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                    const std::optional<UserId>& user) {
  Passage passage;
  try_to([&] {
    const int limit = rule ? rule->limit : 0;
    const int window_s = rule ? rule->window_s : 1;
    const auto reply = redis_.take()->eval(enter_script(), {"ticketd:rate:" + rate_class + ":" + caller, kTokensKey},
                                           {std::to_string(limit), std::to_string(window_s), user ? user->str() : ""});
    passage.reachable = true;
    if (rule) {
      const auto count = reply.at(0).integer();
      passage.rate =
          RateState{count <= limit, limit, window_s, static_cast<int>(std::max<std::int64_t>(0, limit - count)),
                    static_cast<int>((reply.at(1).integer() + 999) / 1000)};
    }
    passage.tokens_known = reply.at(2).integer() == 1;
    if (!reply.at(3).is_nil()) passage.tokens_valid_after = from_epoch_ms(number_of(reply.at(3).text()));
  });
  return passage;
}

void Gate::load_tokens_valid_after(std::span<const std::pair<UserId, Time>> list) {
  std::vector<redis::Arguments> commands;
  // NX: what set_tokens_valid_after() wrote since the list was read is newer.
  for (const auto& [user, after] : list)
    commands.push_back({"HSETNX", kTokensKey, user.str(), std::to_string(epoch_ms(after))});
  commands.push_back({"HSET", kTokensKey, "loaded", "1"});
  commands.push_back({"EXPIRE", kTokensKey, kTokensTtlS, "NX"});
  try_to([&] { redis_.take()->transaction(commands); });
}

void Gate::set_tokens_valid_after(UserId user, Time after) {
  const std::vector<redis::Arguments> commands = {{"HSET", kTokensKey, user.str(), std::to_string(epoch_ms(after))},
                                                  {"EXPIRE", kTokensKey, kTokensTtlS, "NX"}};
  try_to([&] { redis_.take()->transaction(commands); });
}

int Gate::login_wait_s(const std::string& who) {
  int wait_s = 0;
  try_to([&] {
    auto redis = redis_.take();
    if (number_of(redis->command({"GET", login_key(who)}).text()) < kLoginFailures) return;
    wait_s = std::max(1, static_cast<int>(redis->command({"TTL", login_key(who)}).integer()));
  });
  return wait_s;
}

void Gate::fail_login(const std::string& who) {
  try_to([&] { redis_.take()->eval(fail_script(), {login_key(who)}, {std::to_string(kLoginWindowS)}); });
}

void Gate::clear_logins(const std::string& who) {
  try_to([&] { redis_.take()->command({"DEL", login_key(who)}); });
}

}  // namespace ticketd::auth
