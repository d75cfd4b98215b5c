#include "auth/gate.h"

#include <algorithm>
#include <charconv>

namespace ticketd::auth {
namespace {

constexpr const char* kTokensKey = "ticketd:tokens";
constexpr const char* kTokensTtlS = "30";

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

std::int64_t number_of(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

Passage Gate::enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                    const std::optional<UserId>& user) {
  Passage passage;
  cache_.try_to([&](redis::Connection& redis) {
    const int limit = rule ? rule->limit : 0;
    const int window_s = rule ? rule->window_s : 1;
    const auto reply = redis.eval(enter_script(), {"ticketd:rate:" + rate_class + ":" + caller, kTokensKey},
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
  cache_.try_to([&](redis::Connection& redis) { redis.transaction(commands); });
}

void Gate::set_tokens_valid_after(UserId user, Time after) {
  const std::vector<redis::Arguments> commands = {{"HSET", kTokensKey, user.str(), std::to_string(epoch_ms(after))},
                                                  {"EXPIRE", kTokensKey, kTokensTtlS, "NX"}};
  cache_.try_to([&](redis::Connection& redis) { redis.transaction(commands); });
}

}  // namespace ticketd::auth
