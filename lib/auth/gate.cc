#include "auth/gate.h"

#include <algorithm>
#include <charconv>

#include "auth/functions.h"

namespace ticketd::auth {
namespace {

constexpr const char* kRevocationsKey = "ticketd:refused";
constexpr const char* kRead = "read";

std::string counter_of(const std::string& rate_class, const std::string& caller) {
  return "ticketd:rate:" + rate_class + ":" + caller;
}

// Empty for nil. Redis writes scores as numbers that may have a fraction; ours have none.
std::optional<Time> time_of(const redis::Reply& score) {
  if (score.is_nil()) return std::nullopt;
  const auto text = score.text();
  std::int64_t ms = 0;
  std::from_chars(text.data(), text.data() + text.size(), ms);
  return from_epoch_ms(ms);
}

// What is looked for in the list.
redis::Arguments ids_of(const std::optional<AccessClaims>& token) {
  return {token ? token->user.str() : "", token && token->session ? token->session->str() : ""};
}

TokenState find(redis::Commands& redis, const std::optional<AccessClaims>& token) {
  redis::Arguments command = {"ZMSCORE", kRevocationsKey, kRead};
  command.append(ids_of(token));
  const auto found = redis.command(command);
  const auto before = time_of(found.at(1));
  const bool has_ended = !found.at(2).is_nil();
  return {has_ended || (token && before && token->issued_at < *before), time_of(found.at(0))};
}

// Of several counters the one that leaves the least.
RateState state_of(const RateRule& rule, std::span<const Network> callers, const redis::Reply& answer) {
  RateState state{true, rule.limit, rule.window_s, rule.limit, 0};
  for (std::size_t i = 0; 2 * i + 3 < answer.size(); ++i) {
    const auto left = rule_for(rule, callers[i]).limit - answer.at(2 * i + 2).integer();
    if (i > 0 && left >= state.remaining) continue;
    state.allowed = left >= 0;
    state.remaining = static_cast<int>(std::max<std::int64_t>(0, left));
    state.reset_s = static_cast<int>((std::max<std::int64_t>(0, answer.at(2 * i + 3).integer()) + 999) / 1000);
  }
  return state;
}

}  // namespace

Passage Gate::enter(const std::string& rate_class, std::span<const Network> callers,
                    std::span<const Network> if_revoked, const std::optional<RateRule>& rule,
                    const std::optional<AccessClaims>& token) {
  static const auto enter = functions().function("enter");
  Passage passage;
  cache_.try_to([&](redis::Commands& redis) {
    if (rule) {
      redis::Arguments keys = {kRevocationsKey};
      redis::Arguments arguments = {std::to_string(rule->window_s * std::int64_t{1000})};
      arguments.append(ids_of(token));
      arguments.push_back(token ? std::to_string(epoch_ms(token->issued_at)) : "");
      arguments.push_back(std::to_string(callers.size()));
      for (const auto& list : {callers, if_revoked}) {
        for (const auto& caller : list) {
          keys.push_back(counter_of(rate_class, caller.name));
          arguments.push_back(std::to_string(rule_for(*rule, caller).limit));
        }
      }
      const auto answer = redis.call(enter, keys, arguments);
      passage.token = {answer.at(0).integer() == 1, time_of(answer.at(1))};
      passage.rate = state_of(*rule, passage.token.revoked ? if_revoked : callers, answer);
    } else {
      passage.token = find(redis, token);
    }
    passage.reachable = true;
  });
  return passage;
}

TokenState Gate::find_token(const AccessClaims& token) {
  TokenState state;
  cache_.try_to([&](redis::Commands& redis) { state = find(redis, token); });
  return state;
}

void Gate::add_revocations(std::span<const std::pair<Uuid, Time>> list, Time read_at, Time keep) {
  std::vector<redis::Arguments> commands;
  if (!list.empty()) {
    redis::Arguments add = {"ZADD", kRevocationsKey, "GT"};
    for (const auto& [id, at] : list) {
      add.push_back(std::to_string(epoch_ms(at)));
      add.push_back(id.str());
    }
    commands.push_back(std::move(add));
  }
  commands.push_back({"ZREMRANGEBYSCORE", kRevocationsKey, "-inf", '(' + std::to_string(epoch_ms(keep))});
  commands.push_back({"ZADD", kRevocationsKey, std::to_string(epoch_ms(read_at)), kRead});
  cache_.try_to([&](redis::Commands& redis) { redis.transaction(commands); });
}

bool revokes(const std::pair<Uuid, Time>& entry, const AccessClaims& token) {
  const auto& [id, at] = entry;
  return (id == token.user.uuid && token.issued_at < at) || (token.session && id == token.session->uuid);
}

// GT: who writes late is not to undo what is newer.
void Gate::add(const Uuid& id, Time at) {
  const auto ms = std::to_string(epoch_ms(at));
  cache_.try_to([&](redis::Commands& redis) { redis.command({"ZADD", kRevocationsKey, "GT", ms, id.str()}); });
}

}  // namespace ticketd::auth
