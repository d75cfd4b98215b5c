#include "auth/gate.h"

#include <algorithm>
#include <charconv>

namespace ticketd::auth {
namespace {

constexpr const char* kTokensKey = "ticketd:tokens";
constexpr const char* kTokensTtlS = "30";
constexpr const char* kLastTokensKey = "ticketd:tokens:last";
constexpr const char* kLastTokensTtlS = "3600";

std::string counter_of(const std::string& rate_class, const std::string& caller) {
  return "ticketd:rate:" + rate_class + ":" + caller;
}

// NX: the window begins with its first request. Whoever died in between leaves it to the next one.
redis::Arguments expire_command(const std::string& counter, const RateRule& rule) {
  return {"PEXPIRE", counter, std::to_string(rule.window_s * std::int64_t{1000}), "NX"};
}

// Empty for nil.
std::optional<Time> time_of(const redis::Reply& reply) {
  if (reply.is_nil()) return std::nullopt;
  const auto text = reply.text();
  std::int64_t ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), ms);
  return from_epoch_ms(ms);
}

// What both lists are asked for.
redis::Arguments find_command(const char* list, const std::optional<AccessClaims>& token) {
  return {"HMGET", list, "loaded", token ? token->user.str() : "",
          token && token->session ? token->session->str() : ""};
}

std::optional<Time> valid_after_of(const redis::Reply& found) {
  return std::max(time_of(found.at(1)), time_of(found.at(2)));
}

RateState state_of(const RateRule& rule, std::int64_t count, std::int64_t left_ms) {
  return {count <= rule.limit, rule.limit, rule.window_s,
          static_cast<int>(std::max<std::int64_t>(0, rule.limit - count)),
          static_cast<int>((std::max<std::int64_t>(0, left_ms) + 999) / 1000)};
}

}  // namespace

Passage Gate::enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                    const std::optional<AccessClaims>& token) {
  std::vector<redis::Arguments> commands = {find_command(kTokensKey, token)};
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
    const auto& tokens = replies[0];
    passage.tokens_known = !tokens.at(0).is_nil();
    passage.tokens_valid_after = valid_after_of(tokens);
    if (rule) passage.rate = state_of(*rule, replies[1].integer(), replies[3].integer());
  });
  return passage;
}

void Gate::give_back(const std::string& rate_class, const std::string& caller, const RateRule& rule) {
  const auto counter = counter_of(rate_class, caller);
  const std::vector<redis::Arguments> commands = {{"DECR", counter}, expire_command(counter, rule)};
  cache_.try_to([&](redis::Commands& redis) { redis.pipeline(commands); });
}

std::optional<Gate::LastKnown> Gate::find_last_known(const AccessClaims& token) {
  std::optional<LastKnown> last;
  cache_.try_to([&](redis::Commands& redis) {
    const auto tokens = redis.command(find_command(kLastTokensKey, token));
    if (!tokens.at(0).is_nil()) last = LastKnown{valid_after_of(tokens)};
  });
  return last;
}

void Gate::load_tokens_valid_after(std::span<const std::pair<Uuid, Time>> list) {
  std::vector<redis::Arguments> commands;
  // NX: what set() wrote since the list was read is newer.
  for (const auto& [id, after] : list)
    commands.push_back({"HSETNX", kTokensKey, id.str(), std::to_string(epoch_ms(after))});
  commands.push_back({"HSET", kTokensKey, "loaded", "1"});
  commands.push_back({"EXPIRE", kTokensKey, kTokensTtlS, "NX"});
  cache_.try_to([&](redis::Commands& redis) { redis.transaction(commands); });
  // By itself: a host whose Redis was set up before this needs a new right for it (`ticketctl setup`).
  const std::vector<redis::Arguments> keep = {{"COPY", kTokensKey, kLastTokensKey, "REPLACE"},
                                              {"EXPIRE", kLastTokensKey, kLastTokensTtlS}};
  cache_.try_to([&](redis::Commands& redis) { redis.pipeline(keep); });
}

void Gate::set(const Uuid& id, Time after) {
  const auto ms = std::to_string(epoch_ms(after));
  const std::vector<redis::Arguments> commands = {{"HSET", kTokensKey, id.str(), ms},
                                                  {"EXPIRE", kTokensKey, kTokensTtlS, "NX"},
                                                  {"HSET", kLastTokensKey, id.str(), ms},
                                                  {"EXPIRE", kLastTokensKey, kLastTokensTtlS, "NX"}};
  cache_.try_to([&](redis::Commands& redis) { redis.transaction(commands); });
}

}  // namespace ticketd::auth
