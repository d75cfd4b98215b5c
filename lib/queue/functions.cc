#include "queue/functions.h"

#include <regex>
#include <set>

namespace ticketd::queue {
namespace {

constexpr int kIdempotencyTtlS = 24 * 3600;

// One function, so that nothing happens between the look at a bound and the XADD that it allows: of two at once only
// one takes the last place, or the same key. It is one round trip, and costs Redis's one thread 8 us, or 27 with an
// idempotency key, where an XADD alone costs 0.8.

// Behind the first `before` arguments. They are the process's own: whoever took it over could leave the function out.
std::string names_of_limits(int before) {
  std::string names, values;
  for (const auto* name :
       {"shards", "queue_max", "pending_per_user", "keys_per_user", "keys_per_network", "keys_max"}) {
    names += (names.empty() ? "" : ", ") + std::string(name);
    values += (values.empty() ? "" : ", ") + ("tonumber(ARGV[" + std::to_string(++before) + "])");
  }
  return "local " + names + " = " + values + '\n';
}

const std::string kNames = names_of_limits(6) + R"(
local stream, pending, event_closed, user_closed, workers_shards, key, keys_of_user, keys_of_network, keys_by_hour =
  unpack(KEYS)
local is_booking, id, shard, fingerprint, command, hour = unpack(ARGV, 1, 6)
local closed, gone, agreed = unpack(redis.call('MGET', event_closed, user_closed, workers_shards))
if agreed and tonumber(agreed) ~= shards then return {'other_shards'} end
)";

const std::string kNamesOfClaim = names_of_limits(2) + R"(
local key, keys_of_user, keys_of_network, keys_by_hour = unpack(KEYS)
local fingerprint, hour = unpack(ARGV)
local command = ''
)";

// First of all: a replay gets the first answer even when by now the event is deleted or the queue is full.
const std::string kReplay = R"(
if key then
  local first = redis.call('HMGET', key, 'fingerprint', 'command')
  if first[1] == fingerprint then return {'replayed', first[2]} end
  if first[1] then return {'key_reused', first[2]} end
end
)";

const std::string kAccept = R"(
if is_booking == '1' and (closed or gone) then return {gone and 'gone' or 'closed'} end
if redis.call('XLEN', stream) >= queue_max then return {'queue_full'} end
if redis.call('HLEN', pending) >= pending_per_user then return {'user_full'} end
)";

// Each key takes a kilobyte for a day. A user's and a network's are counted from their first one on, everybody's by
// the hour. The last tenth is for networks that have not had a hundredth of their share.
const std::string kQuotas = R"(
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
const std::string kEnqueue = R"(
local stream_id = redis.call('XADD', stream, '*', unpack(ARGV, 13))
redis.call('HSET', pending, id, shard .. ' ' .. stream_id)
)";

const std::string kRemember = "local key_ttl = " + std::to_string(kIdempotencyTtlS) + R"(
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

const std::string kSubmit = kNames + kReplay + kAccept + kQuotas + kEnqueue + kRemember;
const std::string kClaim = kNamesOfClaim + kReplay + kQuotas + kRemember;

const char* const kRequeue = R"(
local shards = redis.call('GET', KEYS[3])
if shards and shards ~= ARGV[1] then return 0 end
local stream_id = redis.call('XADD', KEYS[1], '*', unpack(ARGV, 4))
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3] .. ' ' .. stream_id)
return 1
)";

// With the memory full, these two make room.
const char* const kWhenFull = "'allow-oom'";

const char* const kAcknowledge = R"(
local at = 4
for _ = 1, tonumber(ARGV[1]) do
  redis.call('XDEL', ARGV[at], ARGV[at + 1])
  redis.call('HDEL', ARGV[at + 2], ARGV[at + 3])
  if ARGV[at + 4] ~= '' then
    redis.call('RPUSH', ARGV[at + 4], '1')
    redis.call('EXPIRE', ARGV[at + 4], ARGV[2])
  end
  at = at + 5
end
for i = at, #ARGV do redis.call('SET', ARGV[i], '1', 'EX', ARGV[3]) end
return 1
)";

const char* const kBegin = R"(
local count, head = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(%d+) (.*)$')
count = head == ARGV[2] and count + 1 or 1
redis.call('HSET', KEYS[1], ARGV[1], count .. ' ' .. ARGV[2])
return count
)";

// The keys by their names in kNames, and `count`, which is one of them after the other.
const std::set<std::string> kKeys = {"stream", "pending", "event_closed", "user_closed",     "workers_shards",
                                     "key",    "count",   "keys_of_user", "keys_of_network", "keys_by_hour"};

// redis.call('MGET', a, b) -> redis.acl_check_cmd('MGET', a, b), with the keys among its arguments. For each other one
// something stands there, and for `unpack` a pair: Redis 8 counts them.
std::string question_of(const std::string& command, const std::string& arguments) {
  std::string question = "redis.acl_check_cmd('" + command + "'";
  static const std::regex kArgument(R"([^, ][^,]*)");
  for (std::sregex_iterator at(arguments.begin(), arguments.end(), kArgument), end; at != end; ++at) {
    const auto argument = at->str();
    question += kKeys.contains(argument) ? ", " + argument : argument == "unpack" ? ", '1', '1'" : ", '1'";
  }
  return question + ')';
}

// Made of submit, so that it asks for what that needs.
std::string may_submit() {
  auto body = kNames + "local count = keys_of_user\n";
  static const std::regex kCall(R"(redis\.call\('([A-Z]+)', ([^()]*))");
  for (std::sregex_iterator at(kSubmit.begin(), kSubmit.end(), kCall), end; at != end; ++at) {
    const auto command = (*at)[1].str();
    body += "if not " + question_of(command, (*at)[2].str()) + " then return {'refused', '" + command + "'} end\n";
  }
  return body + "return {'ready'}\n";
}

}  // namespace

const redis::Library& functions() {
  static const redis::Library library("ticketd_queue", {{"submit", kSubmit},
                                                        {"claim", kClaim},
                                                        {"may_submit", may_submit(), "'no-writes'"},
                                                        {"requeue", kRequeue},
                                                        {"acknowledge", kAcknowledge, kWhenFull},
                                                        {"begin", kBegin, kWhenFull}});
  return library;
}

redis::Arguments limits_of(const Limits& limits) {
  redis::Arguments words;
  for (const int limit : {limits.shards, limits.queue_max, limits.pending_per_user, limits.keys_per_user,
                          limits.keys_per_network, limits.keys_max})
    words.push_back(std::to_string(limit));
  return words;
}

}  // namespace ticketd::queue
