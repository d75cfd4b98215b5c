#include "queue/command_queue.h"

#include <algorithm>

#include "base/crash_point.h"
#include "domain/shard.h"
#include "queue/entry_address.h"

namespace ticketd::queue {
namespace {

constexpr int kIdempotencyTtlS = 24 * 3600;
constexpr int kGoneTtlS = 3600;  // no access token lives longer

// KEYS: stream, pending hash, the event's closed mark, the user's, the workers' number of shards, and if there is an
// idempotency key that, the user's count of them, the network's, and everybody's by the hour. ARGV: is it a booking,
// command id, shard, fingerprint and command as JSON for the idempotency key, the hour since 1970, then the stream
// entry's fields. Answers {verdict}, and with it the first command as JSON, or a time to wait in s. The idempotency key
// comes first: a replay must give the first answer even when by now the queue is full.
//
// It runs in Redis's one thread, for every booking: a place in the pending hash and not the command once more costs
// that thread a fifth less (18 instead of 23 us) and half the memory.
std::string submit_script(const Limits& limits) {
  const auto local = [](const char* name, int value) {
    return std::string("local ") + name + " = " + std::to_string(value) + '\n';
  };
  return local("shards", limits.shards) + local("queue_max", limits.queue_max) +
         local("pending_per_user", limits.pending_per_user) + local("keys_per_user", limits.keys_per_user) +
         local("keys_per_network", limits.keys_per_network) + local("keys_max", limits.keys_max) +
         local("idempotency_ttl", kIdempotencyTtlS) + R"(
local stream, pending, idem = KEYS[1], KEYS[2], KEYS[6]
local closed, gone, agreed = unpack(redis.call('MGET', KEYS[3], KEYS[4], KEYS[5]))
if agreed and tonumber(agreed) ~= shards then return {'other_shards'} end
if idem then
  local first = redis.call('HMGET', idem, 'fingerprint', 'command')
  if first[1] then
    if first[1] == ARGV[4] then return {'replayed', first[2]} end
    return {'key_reused'}
  end
end
if ARGV[1] == '1' and (closed or gone) then return {gone and 'gone' or 'closed'} end
if redis.call('XLEN', stream) >= queue_max then return {'queue_full'} end
if redis.call('HLEN', pending) >= pending_per_user then return {'user_full'} end
if idem then
  for _, share in ipairs({{KEYS[7], keys_per_user}, {KEYS[8], keys_per_network}}) do
    if tonumber(redis.call('GET', share[1]) or 0) >= share[2] then return {'keys_full', redis.call('TTL', share[1])} end
  end
  local all, day_before = 0, tonumber(ARGV[6]) - 24
  local hours = redis.call('HGETALL', KEYS[9])
  for i = 1, #hours, 2 do
    if tonumber(hours[i]) < day_before then redis.call('HDEL', KEYS[9], hours[i]) else all = all + hours[i + 1] end
  end
  local few = tonumber(redis.call('GET', KEYS[8]) or 0) < keys_per_network / 100
  if all >= keys_max - (few and 0 or math.floor(keys_max / 10)) then return {'all_keys_full'} end
  redis.call('HINCRBY', KEYS[9], ARGV[6], 1)
  for _, count in ipairs({KEYS[7], KEYS[8]}) do
    if redis.call('INCR', count) == 1 then redis.call('EXPIRE', count, idempotency_ttl) end
  end
end
local stream_id = redis.call('XADD', stream, '*', unpack(ARGV, 7))
redis.call('HSET', pending, ARGV[2], ARGV[3] .. ' ' .. stream_id)
if idem then
  redis.call('HSET', idem, 'fingerprint', ARGV[4], 'command', ARGV[5])
  redis.call('EXPIRE', idem, idempotency_ttl)
end
return {'queued'}
)";
}

std::string idempotency_key(UserId user, const std::string& key) { return "ticketd:idem:" + user.str() + ":" + key; }

domain::Command first_command(std::string_view json) {
  auto first = from_json_text(json);
  if (!first) throw std::runtime_error("the command stored with an idempotency key cannot be read");
  return *first;
}

// Keys of the day before are counted out by the hour.
int s_until_next_hour(Time now) { return static_cast<int>(3600 - epoch_s(now) % 3600); }

Refusal queue_full() { return {Code::queue_full, "", {}, 1}; }

Result<Accepted> accepted(const redis::Reply& reply, const domain::Command& command) {
  const auto verdict = reply.at(0).text();
  if (verdict == "queued") return Accepted{command, false};
  if (verdict == "replayed") return Accepted{first_command(reply.at(1).text()), true};
  if (verdict == "other_shards")
    throw redis::RedisUnavailable("the workers have another number of shards than this process");
  if (verdict == "key_reused") return Refusal{Code::idempotency_key_reused};
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
    : redis_(redis), limits_(limits), script_(submit_script(limits)) {}

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
                                std::to_string(epoch_s(command.accepted_at) / 3600)};
  for (const auto& [name, value] : fields) {
    arguments.push_back(name);
    arguments.push_back(value);
  }
  redis::Arguments keys = {stream_key(shard), pending_key(command.user), closed_key(command.event),
                           closed_key(command.user), kShardsKey};
  if (key) {
    keys.push_back(idempotency_key(command.user, key->key));
    keys.push_back("ticketd:idem:" + command.user.str());
    keys.push_back("ticketd:idem:network:" + key->network);
    keys.push_back("ticketd:idem:hours");
  }
  try {
    CRASH_POINT("before_xadd");
    const auto reply = redis_.eval(script_, keys, arguments);
    CRASH_POINT("after_xadd");
    return accepted(reply, command);
  } catch (const redis::RedisError& e) {
    if (e.is("OOM")) return queue_full();  // maxmemory with noeviction: full, just as the cap says it
    throw;
  }
}

void CommandQueue::refuse_bookings_of(UserId user) {
  redis_.command({"SET", closed_key(user), "1", "EX", std::to_string(kGoneTtlS)});
}

Result<std::optional<domain::Command>> CommandQueue::find_replay(UserId user, const IdempotencyKey& key) {
  const auto first = redis_.command({"HMGET", idempotency_key(user, key.key), "fingerprint", "command"});
  if (first.at(0).is_nil()) return std::optional<domain::Command>();
  if (first.at(0).text() != key.fingerprint) return Refusal{Code::idempotency_key_reused};
  return std::optional(first_command(first.at(1).text()));
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
