#include "support/stack_redis.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>

#include "redis/redis.h"
#include "support/stack.h"

namespace ticketd::e2e {
namespace {

constexpr int kShards = 16;
constexpr int kTimeoutMs = 5'000;

// An entry of XRANGE: [entry id, [name, value, name, value, …]].
QueuedCommand command_of(const std::string& stream, const redis::Reply& entry) {
  const auto fields = entry.at(1);
  const auto value = [&](std::string_view name) {
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      if (fields.at(i).text() == name) return std::string(fields.at(i + 1).text());
    }
    return std::string();
  };
  return {
      .stream = stream, .id = value("id"), .kind = value("kind"), .user_id = value("user"), .event_id = value("event")};
}

// What it throws, fails the test.
redis::Reply on_queue(const redis::Arguments& command) {
  return redis::RedisConnection(setting("QUEUE_REDIS_URL"), kTimeoutMs).command(command);
}

redis::Reply on_cache(const redis::Arguments& command) {
  return redis::RedisConnection(setting("CACHE_REDIS_URL"), kTimeoutMs).command(command);
}

std::string rate_key(const std::string& rate_class, const std::string& caller) {
  return "ticketd:rate:" + rate_class + ":" + caller;
}

}  // namespace

std::vector<QueuedCommand> queued_commands(const std::string& event_id) {
  std::vector<QueuedCommand> found;
  for (int shard = 0; shard < kShards; ++shard) {
    const std::string stream = "ticketd:commands:{" + std::to_string(shard) + "}";
    const auto reply = on_queue({"XRANGE", stream, "-", "+"});
    for (std::size_t i = 0; i < reply.size(); ++i) {
      auto queued = command_of(stream, reply.at(i));
      if (queued.event_id == event_id) found.push_back(std::move(queued));
    }
  }
  return found;
}

void stuff_stream(const std::string& stream, int entries) {
  const std::string script =
      "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'filler', '1') end return 1";
  on_queue({"EVAL", script, "1", stream, std::to_string(entries)});
}

void clear_stream(const std::string& stream) { on_queue({"XTRIM", stream, "MAXLEN", "0"}); }

void outdate_token_list() { on_cache({"ZADD", "ticketd:refused", "XX", "0", "read"}); }

void forget_token_list() { on_cache({"DEL", "ticketd:refused"}); }

void spend_rate(const std::string& rate_class, const std::string& caller) {
  on_cache({"SET", rate_key(rate_class, caller), "1000000000", "EX", "600"});
}

void forget_rate(const std::string& rate_class, const std::string& caller) {
  on_cache({"DEL", rate_key(rate_class, caller)});
}

bool redis_answers(const char* url_setting) try {
  return redis::RedisConnection(setting(url_setting), kTimeoutMs).command({"PING"}).text() == "PONG";
} catch (const std::exception&) {
  return false;
}

void change_rights(const char* url_setting, const std::string& rule) {
  redis::RedisConnection(setting(url_setting), kTimeoutMs).command({"ACL", "SETUSER", "api", rule});
}

void restore_rights() {
  on_queue({"ACL", "LOAD"});
  on_cache({"ACL", "LOAD"});
}

}  // namespace ticketd::e2e
