#include "queue/submit_script.h"

#include <cstring>
#include <regex>
#include <set>

namespace ticketd::queue {
namespace {

constexpr int kIdempotencyTtlS = 24 * 3600;

// One script, so that nothing happens between the look at a bound and the XADD that it allows: of two at once only one
// takes the last place, or the same key. It is one round trip, and costs Redis's one thread 8 us, or 27 with an
// idempotency key, where an XADD alone costs 0.8.

const char* const kNames = R"(
local stream, pending, event_closed, user_closed, workers_shards, key, keys_of_user, keys_of_network, keys_by_hour =
  unpack(KEYS)
local is_booking, id, shard, fingerprint, command, hour = unpack(ARGV, 1, 6)
local closed, gone, agreed = unpack(redis.call('MGET', event_closed, user_closed, workers_shards))
if agreed and tonumber(agreed) ~= shards then return {'other_shards'} end
)";

const char* const kNamesOfClaim = R"(
local key, keys_of_user, keys_of_network, keys_by_hour = unpack(KEYS)
local fingerprint, hour = unpack(ARGV)
local command = ''
)";

// First of all: a replay gets the first answer even when by now the event is deleted or the queue is full.
const char* const kReplay = R"(
if key then
  local first = redis.call('HMGET', key, 'fingerprint', 'command')
  if first[1] == fingerprint then return {'replayed', first[2]} end
  if first[1] then return {'key_reused', first[2]} end
end
)";

const char* const kAccept = R"(
if is_booking == '1' and (closed or gone) then return {gone and 'gone' or 'closed'} end
if redis.call('XLEN', stream) >= queue_max then return {'queue_full'} end
if redis.call('HLEN', pending) >= pending_per_user then return {'user_full'} end
)";

// Each key takes a kilobyte for a day. A user's and a network's are counted from their first one on, everybody's by
// the hour. The last tenth is for networks that have not had a hundredth of their share.
const char* const kQuotas = R"(
if key then
  local by_user, by_network = unpack(redis.call('MGET', keys_of_user, keys_of_network))
  by_user, by_network = tonumber(by_user or 0), tonumber(by_network or 0)
  if by_user >= keys_per_user then return {'keys_full', redis.call('TTL', keys_of_user)} end
  if by_network >= keys_per_network then return {'keys_full', redis.call('TTL', keys_of_network)} end
  local by_all, day_before = 0, tonumber(hour) - 24
  local hours = redis.call('HGETALL', keys_by_hour)
  for i = 1, #hours, 2 do
    if tonumber(hours[i]) >= day_before then
      by_all = by_all + hours[i + 1]
    else
      redis.call('HDEL', keys_by_hour, hours[i])
    end
  end
  local kept_free = by_network < keys_per_network / 100 and 0 or math.floor(keys_max / 10)
  if by_all >= keys_max - kept_free then return {'all_keys_full'} end
end
)";

// What is pending is the address of the entry and not the command once more, which would take a quarter longer and
// twice the memory.
const char* const kEnqueue = R"(
local stream_id = redis.call('XADD', stream, '*', unpack(ARGV, 7))
redis.call('HSET', pending, id, shard .. ' ' .. stream_id)
)";

const char* const kRemember = R"(
if key then
  redis.call('HSET', key, 'fingerprint', fingerprint, 'command', command)
  redis.call('EXPIRE', key, key_ttl)
  redis.call('HINCRBY', keys_by_hour, hour, 1)
  for _, count in ipairs({keys_of_user, keys_of_network}) do
    if redis.call('INCR', count) == 1 then redis.call('EXPIRE', count, key_ttl) end
  end
end
return {'queued'}
)";

const std::initializer_list<const char*> kParts = {kNames, kReplay, kAccept, kQuotas, kEnqueue, kRemember};

// The keys by their names in kNames, and `count`, which is one of them after the other.
const std::set<std::string> kKeys = {"stream", "pending", "event_closed", "user_closed",     "workers_shards",
                                     "key",    "count",   "keys_of_user", "keys_of_network", "keys_by_hour"};

// redis.call('MGET', a, b) -> redis.acl_check_cmd('MGET', a, b), with the keys among its arguments alone.
std::string question_of(const std::string& command, const std::string& arguments) {
  std::string question = "redis.acl_check_cmd('" + command + "'";
  static const std::regex kWord(R"(\w+)");
  for (std::sregex_iterator at(arguments.begin(), arguments.end(), kWord), end; at != end; ++at) {
    if (!kKeys.contains(at->str())) break;
    question += ", " + at->str();
  }
  return question + ')';
}

std::string script_of(const Limits& limits, std::initializer_list<const char*> parts) {
  std::string script;
  const auto local = [&](const char* name, int value) {
    script += std::string("local ") + name + " = " + std::to_string(value) + '\n';
  };
  local("shards", limits.shards);
  local("queue_max", limits.queue_max);
  local("pending_per_user", limits.pending_per_user);
  local("keys_per_user", limits.keys_per_user);
  local("keys_per_network", limits.keys_per_network);
  local("keys_max", limits.keys_max);
  local("key_ttl", kIdempotencyTtlS);
  for (const auto* part : parts) script += part;
  return script;
}

}  // namespace

std::string submit_script(const Limits& limits) { return script_of(limits, kParts); }

// Made of the other one, so that it asks for what that needs.
std::string rights_script(const Limits& limits) {
  auto script = script_of(limits, {kNames}) + "local count = keys_of_user\n";
  static const std::regex kCall(R"(redis\.call\('([A-Z]+)', ([^()]*))");
  for (const auto* part : kParts) {
    for (std::cregex_iterator at(part, part + std::strlen(part), kCall), end; at != end; ++at) {
      const auto command = (*at)[1].str();
      script += "if not " + question_of(command, (*at)[2].str()) + " then return {'refused', '" + command + "'} end\n";
    }
  }
  return script + "return {'ready'}";
}

std::string claim_script(const Limits& limits) {
  return script_of(limits, {kNamesOfClaim, kReplay, kQuotas, kRemember});
}

}  // namespace ticketd::queue
