#include "queue/command_queue.h"

#include <algorithm>

#include "base/crash_point.h"
#include "domain/shard.h"
#include "queue/entry_address.h"
#include "queue/functions.h"

namespace ticketd::queue {
namespace {

constexpr int kGoneTtlS = 3600;  // no access token lives longer

std::string idempotency_key(UserId user, const std::string& key) { return "ticketd:idem:" + user.str() + ":" + key; }

// What is counted beside the key itself, for quotas.
void add_keys(redis::Arguments& keys, UserId user, const IdempotencyKey& key) {
  keys.push_back(idempotency_key(user, key.key));
  keys.push_back("ticketd:idem:" + user.str());
  keys.push_back("ticketd:idem:network:" + key.network);
  keys.push_back("ticketd:idem:hours");
}

std::string hour_of(Time time) { return std::to_string(epoch_s(time) / 3600); }

domain::Command first_command(std::string_view json) {
  auto first = from_json_text(json);
  if (!first) throw std::runtime_error("the command stored with an idempotency key cannot be read");
  return *first;
}

// The command that a key was used for, if this one asks for the same in other words; the key may stand for no command.
std::optional<domain::Command> same_command(std::string_view json, const domain::Command& command) {
  auto first = from_json_text(json);
  return first && ask_the_same(*first, command) ? std::move(first) : std::nullopt;
}

// Keys of the day before are counted out by the hour.
int s_until_next_hour(Time now) { return static_cast<int>(3600 - epoch_s(now) % 3600); }

Refusal queue_full() { return {Code::queue_full, "", {}, 1}; }

redis::RedisUnavailable other_shards() {
  return redis::RedisUnavailable("the workers have another number of shards than this process");
}

Result<Accepted> accepted(const redis::Reply& reply, const domain::Command& command) {
  const auto verdict = reply.at(0).text();
  if (verdict == "queued") return Accepted{command, false};
  if (verdict == "replayed") return Accepted{first_command(reply.at(1).text()), true};
  if (verdict == "other_shards") throw other_shards();
  if (verdict == "key_reused") {
    const auto first = same_command(reply.at(1).text(), command);
    return first ? Result<Accepted>(Accepted{*first, true}) : Refusal{Code::idempotency_key_reused};
  }
  if (verdict == "closed") return Refusal{Code::event_cancelled};
  if (verdict == "gone") return Refusal{Code::token_invalid, "The account was deleted"};
  if (verdict == "user_full")
    return Refusal{Code::rate_limited, "You have too many requests in the queue; wait for their outcomes", {}, 1};
  if (verdict == "keys_full")
    return Refusal{Code::rate_limited,
                   "Too many Idempotency-Keys came from you, or from your network, today",
                   {},
                   std::max(1, static_cast<int>(reply.at(1).integer()))};
  if (verdict == "all_keys_full")
    return Refusal{Code::queue_full,
                   "Too many Idempotency-Keys are remembered; try again later, or without one",
                   {},
                   s_until_next_hour(command.accepted_at)};
  return queue_full();
}

}  // namespace

CommandQueue::CommandQueue(redis::RedisPool& redis, Limits limits)
    : redis_(redis), limits_(limits), submit_(functions().function("submit")), claim_(functions().function("claim")) {}

Result<Accepted> CommandQueue::submit(const domain::Command& command, const std::optional<IdempotencyKey>& key,
                                      bool awaited) {
  auto fields = to_fields(command);
  if (awaited) fields.emplace_back("awaited", "1");
  const int shard = domain::shard_of(command.event, limits_.shards);
  redis::Arguments arguments = {std::holds_alternative<domain::Book>(command.action) ? "1" : "0",
                                command.id.str(),
                                std::to_string(shard),
                                key ? key->fingerprint : "",
                                key ? to_json_text(fields) : "",
                                hour_of(command.accepted_at)};
  arguments.append(limits_of(limits_));
  for (const auto& [name, value] : fields) {
    arguments.push_back(name);
    arguments.push_back(value);
  }
  redis::Arguments keys = {stream_key(shard), pending_key(command.user), closed_key(command.event),
                           closed_key(command.user), kShardsKey};
  if (key) add_keys(keys, command.user, *key);
  try {
    CRASH_POINT("before_xadd");
    const auto reply = redis_.call(submit_, keys, arguments);
    CRASH_POINT("after_xadd");
    return accepted(reply, command);
  } catch (const redis::RedisError& e) {
    if (!e.is("OOM")) throw;
  }
  // maxmemory with noeviction: full, just as the cap says it. A function that writes does not even begin then, and a
  // replay needs no room.
  if (key) {
    const auto first = find_replay(command, *key);
    if (!first.ok()) return first.refusal();
    if (*first) return Accepted{**first, true};
  }
  return queue_full();
}

void CommandQueue::must_be_ready() {
  const redis::Arguments keys = {stream_key(0),
                                 pending_key(UserId()),
                                 closed_key(EventId()),
                                 closed_key(UserId()),
                                 kShardsKey,
                                 idempotency_key(UserId(), "ready"),
                                 "ticketd:idem:" + UserId().str(),
                                 "ticketd:idem:network:ready",
                                 "ticketd:idem:hours"};
  try {
    redis::Arguments arguments = {"0", "", "0", "", "", "0"};
    arguments.append(limits_of(limits_));
    const auto reply = redis_.call(functions().function("may_submit"), keys, arguments);
    const auto verdict = reply.at(0).text();
    if (verdict == "other_shards") throw other_shards();
    if (verdict != "ready") throw redis::RedisUnavailable("it lets this user do no " + std::string(reply.at(1).text()));
  } catch (const redis::RedisError& e) {
    throw redis::RedisUnavailable(e.what());
  }
}

void CommandQueue::refuse_bookings_of(UserId user) {
  redis_.command({"SET", closed_key(user), "1", "EX", std::to_string(kGoneTtlS)});
}

Result<std::optional<domain::Command>> CommandQueue::find_replay(const domain::Command& command,
                                                                 const IdempotencyKey& key) {
  const auto first = redis_.command({"HMGET", idempotency_key(command.user, key.key), "fingerprint", "command"});
  if (first.at(0).is_nil()) return std::optional<domain::Command>();
  if (first.at(0).text() == key.fingerprint) return std::optional(first_command(first.at(1).text()));
  auto same = same_command(first.at(1).text(), command);
  if (!same) return Refusal{Code::idempotency_key_reused};
  return same;
}

bool CommandQueue::claim_key(UserId user, const IdempotencyKey& key, Time now) {
  redis::Arguments keys;
  add_keys(keys, user, key);
  redis::Arguments arguments = {key.fingerprint, hour_of(now)};
  arguments.append(limits_of(limits_));
  try {
    return redis_.call(claim_, keys, arguments).at(0).text() != "key_reused";
  } catch (const redis::RedisError& e) {
    if (!e.is("OOM")) throw;
  }
  const auto first = redis_.command({"HGET", idempotency_key(user, key.key), "fingerprint"});
  return first.is_nil() || first.text() == key.fingerprint;
}

bool CommandQueue::await_outcome(CommandId id, int wait_ms) {
  if (wait_ms <= 0) return false;
  const std::string seconds = std::to_string(wait_ms / 1000) + "." + std::to_string(1000 + wait_ms % 1000).substr(1);
  return !redis_.take()->blocking_command({"BLPOP", outcome_key(id), seconds}, wait_ms).is_nil();
}

std::optional<domain::Command> CommandQueue::find_pending(UserId user, CommandId id) {
  const auto commands = read_commands(user, {redis_.command({"HGET", pending_key(user), id.str()})});
  return commands.empty() || commands.front().id != id ? std::nullopt : std::optional(commands.front());
}

std::vector<domain::Command> CommandQueue::list_pending(UserId user) {
  const auto reply = redis_.command({"HVALS", pending_key(user)});
  std::vector<redis::Reply> addresses;
  for (std::size_t i = 0; i < reply.size(); ++i) addresses.push_back(reply.at(i));
  auto commands = read_commands(user, addresses);
  std::sort(commands.begin(), commands.end(), [](const auto& a, const auto& b) {
    return std::pair(a.accepted_at, a.id) < std::pair(b.accepted_at, b.id);
  });
  return commands;
}

// What stands there still, can be read and is the user's: whatever happened to the queue, nobody is shown another's.
std::vector<domain::Command> CommandQueue::read_commands(UserId user, const std::vector<redis::Reply>& texts) {
  std::vector<EntryAddress> addresses;
  for (const auto& text : texts) {
    if (auto address = EntryAddress::parse(text.text())) addresses.push_back(std::move(*address));
  }
  std::vector<domain::Command> commands;
  for (const auto& fields : read_entries(redis_, addresses)) {
    auto command = fields ? from_fields(*fields) : std::nullopt;
    if (command && command->user == user) commands.push_back(std::move(*command));
  }
  return commands;
}

}  // namespace ticketd::queue
