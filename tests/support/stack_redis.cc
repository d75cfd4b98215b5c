#include "support/stack_redis.h"

#include <CppUTest/Utest.h>
#include <CppUTest/UtestMacros.h>
#include <hiredis/hiredis.h>

#include <cstdlib>
#include <map>
#include <memory>

#include "support/stack.h"

namespace ticketd::e2e {
namespace {

constexpr int kShards = 16;

struct FreeContext {
  void operator()(redisContext* context) const { redisFree(context); }
};
struct FreeReply {
  void operator()(redisReply* reply) const { freeReplyObject(reply); }
};
using Context = std::unique_ptr<redisContext, FreeContext>;
using Reply = std::unique_ptr<redisReply, FreeReply>;

// Null where nobody listens. Takes redis://host:port and redis://host:port/database.
Context connect_redis(const char* url_setting) {
  const std::string url = setting(url_setting);
  const std::string address = url.substr(url.find("//") + 2);
  const std::string host = address.substr(0, address.find(':'));
  const int port = std::atoi(address.substr(address.find(':') + 1).c_str());
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  Context context(redisConnectWithTimeout(host.c_str(), port, patience));
  if (!context || context->err != 0) return nullptr;
  redisSetTimeout(context.get(), patience);
  return context;
}

Context connect_queue() {
  auto context = connect_redis("QUEUE_REDIS_URL");
  if (!context) FAIL("the queue Redis does not answer");
  return context;
}

Reply command(redisContext& context, const std::vector<std::string>& words) {
  std::vector<const char*> arguments;
  std::vector<std::size_t> lengths;
  for (const auto& word : words) {
    arguments.push_back(word.data());
    lengths.push_back(word.size());
  }
  const int count = static_cast<int>(words.size());
  return Reply(static_cast<redisReply*>(redisCommandArgv(&context, count, arguments.data(), lengths.data())));
}

// An entry of XRANGE: [entry id, [name, value, name, value, …]].
QueuedCommand command_of(const std::string& stream, const redisReply& entry) {
  std::map<std::string, std::string> values;
  const redisReply& fields = *entry.element[1];
  for (std::size_t i = 0; i + 1 < fields.elements; i += 2) {
    const redisReply& value = *fields.element[i + 1];
    values[fields.element[i]->str] = std::string(value.str, static_cast<std::size_t>(value.len));
  }
  return {.stream = stream,
          .id = values["id"],
          .kind = values["kind"],
          .user_id = values["user"],
          .event_id = values["event"]};
}

}  // namespace

std::vector<QueuedCommand> queued_commands(const std::string& event_id) {
  const auto context = connect_queue();
  std::vector<QueuedCommand> found;
  for (int shard = 0; shard < kShards; ++shard) {
    const std::string stream = "ticketd:commands:{" + std::to_string(shard) + "}";
    const auto reply = command(*context, {"XRANGE", stream, "-", "+"});
    if (!reply || reply->type != REDIS_REPLY_ARRAY) FAIL(("XRANGE of " + stream + " failed").c_str());
    for (std::size_t i = 0; i < reply->elements; ++i) {
      auto queued = command_of(stream, *reply->element[i]);
      if (queued.event_id == event_id) found.push_back(std::move(queued));
    }
  }
  return found;
}

void stuff_stream(const std::string& stream, int entries) {
  const std::string script =
      "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'filler', '1') end return 1";
  const auto reply = command(*connect_queue(), {"EVAL", script, "1", stream, std::to_string(entries)});
  if (!reply || reply->type != REDIS_REPLY_INTEGER) FAIL("the stream could not be stuffed");
}

void clear_stream(const std::string& stream) {
  const auto reply = command(*connect_queue(), {"XTRIM", stream, "MAXLEN", "0"});
  if (!reply || reply->type != REDIS_REPLY_INTEGER) FAIL("the stream could not be cleared");
}

bool redis_answers(const char* url_setting) {
  const auto context = connect_redis(url_setting);
  if (!context) return false;
  const auto reply = command(*context, {"PING"});
  return reply && reply->type == REDIS_REPLY_STATUS;
}

}  // namespace ticketd::e2e
