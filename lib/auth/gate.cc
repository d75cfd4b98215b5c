#include "auth/gate.h"

#include <algorithm>
#include <charconv>

namespace ticketd::auth {
namespace {

constexpr const char* kRefusedKey = "ticketd:refused";
constexpr const char* kRead = "read";

std::string counter_of(const std::string& rate_class, const std::string& caller) {
  return "ticketd:rate:" + rate_class + ":" + caller;
}

// NX: the window begins with its first request. Whoever died in between leaves it to the next one.
redis::Arguments expire_command(const std::string& counter, const RateRule& rule) {
  return {"PEXPIRE", counter, std::to_string(rule.window_s * std::int64_t{1000}), "NX"};
}

// Empty for nil. Redis writes scores as numbers that may have a fraction; ours have none.
std::optional<Time> time_of(const redis::Reply& score) {
  if (score.is_nil()) return std::nullopt;
  const auto text = score.text();
  std::int64_t ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), ms);
  return from_epoch_ms(ms);
}

redis::Arguments find_command(const std::optional<AccessClaims>& token) {
  return {"ZMSCORE", kRefusedKey, kRead, token ? token->user.str() : "",
          token && token->session ? token->session->str() : ""};
}

TokenState token_state_of(const redis::Reply& found, const std::optional<AccessClaims>& token) {
  const auto before = time_of(found.at(1));
  const bool has_ended = token && token->session && time_of(found.at(2));
  return {has_ended || (token && before && token->issued_at < *before), time_of(found.at(0))};
}

RateState state_of(const RateRule& rule, std::int64_t count, std::int64_t left_ms) {
  return {count <= rule.limit, rule.limit, rule.window_s,
          static_cast<int>(std::max<std::int64_t>(0, rule.limit - count)),
          static_cast<int>((std::max<std::int64_t>(0, left_ms) + 999) / 1000)};
}

}  // namespace

Passage Gate::enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                    const std::optional<AccessClaims>& token) {
  std::vector<redis::Arguments> commands = {find_command(token)};
  if (rule) {
    const auto counter = counter_of(rate_class, caller);
    commands.push_back({"INCR", counter});
    commands.push_back(expire_command(counter, *rule));
    commands.push_back({"PTTL", counter});
  }
  Passage passage;
  cache_.try_to([&](redis::Commands& redis) {
    const auto replies = redis.pipeline(commands);
    passage.reachable = true;
    passage.token = token_state_of(replies[0], token);
    if (rule) passage.rate = state_of(*rule, replies[1].integer(), replies[3].integer());
  });
  return passage;
}

void Gate::give_back(const std::string& rate_class, const std::string& caller, const RateRule& rule) {
  const auto counter = counter_of(rate_class, caller);
  const std::vector<redis::Arguments> commands = {{"DECR", counter}, expire_command(counter, rule)};
  cache_.try_to([&](redis::Commands& redis) { redis.pipeline(commands); });
}

TokenState Gate::find_token(const AccessClaims& token) {
  TokenState state;
  cache_.try_to([&](redis::Commands& redis) { state = token_state_of(redis.command(find_command(token)), token); });
  return state;
}

void Gate::add_refused(std::span<const std::pair<Uuid, Time>> list, Time read_at, Time keep) {
  std::vector<redis::Arguments> commands;
  if (!list.empty()) {
    redis::Arguments add = {"ZADD", kRefusedKey, "GT"};
    for (const auto& [id, at] : list) {
      add.push_back(std::to_string(epoch_ms(at)));
      add.push_back(id.str());
    }
    commands.push_back(std::move(add));
  }
  commands.push_back({"ZREMRANGEBYSCORE", kRefusedKey, "-inf", '(' + std::to_string(epoch_ms(keep))});
  commands.push_back({"ZADD", kRefusedKey, std::to_string(epoch_ms(read_at)), kRead});
  cache_.try_to([&](redis::Commands& redis) { redis.transaction(commands); });
}

bool refuses(const std::pair<Uuid, Time>& entry, const AccessClaims& token) {
  const auto& [id, at] = entry;
  return (id == token.user.uuid && token.issued_at < at) || (token.session && id == token.session->uuid);
}

// GT: who writes late is not to undo what is newer.
void Gate::add(const Uuid& id, Time at) {
  const auto ms = std::to_string(epoch_ms(at));
  cache_.try_to([&](redis::Commands& redis) { redis.command({"ZADD", kRefusedKey, "GT", ms, id.str()}); });
}

}  // namespace ticketd::auth
