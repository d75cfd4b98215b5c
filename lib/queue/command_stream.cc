#include "queue/command_stream.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <thread>

#include "queue/entry_address.h"
#include "queue/functions.h"

namespace ticketd::queue {
namespace {

constexpr const char* kBegunKey = "ticketd:begun";
constexpr int kOutcomeTtlS = 60;  // longer than any handler waits
constexpr int kClosedTtlS = 60;   // longer than any handler remembers an event as open, while PostgreSQL can be asked

int shard_in(std::string_view key) {
  int shard = 0;
  const auto brace = key.find('{');
  std::from_chars(key.data() + brace + 1, key.data() + key.size(), shard);
  return shard;
}

Entry entry_of(int shard, const redis::Reply& reply) {
  Entry entry;
  entry.shard = shard;
  entry.stream_id = reply.at(0).text();
  entry.fields = fields_of(reply);
  entry.awaited = std::ranges::any_of(entry.fields, [](const auto& field) { return field.first == "awaited"; });
  entry.command = from_fields(entry.fields);
  entry.is_of_other_release = !entry.command && is_of_other_release(entry.fields);
  return entry;
}

// What follows the entries that were read `last` of each shard, or from the beginning.
redis::Arguments read_command(const std::set<int>& shards, const std::map<int, std::string>& last, int max,
                              std::optional<int> block_ms) {
  redis::Arguments command = {"XREAD", "COUNT", std::to_string(max)};
  if (block_ms) {
    command.push_back("BLOCK");
    command.push_back(std::to_string(*block_ms));
  }
  command.push_back("STREAMS");
  for (const int shard : shards) command.push_back(stream_key(shard));
  for (const int shard : shards) command.push_back(last.contains(shard) ? last.at(shard) : "0-0");
  return command;
}

}  // namespace

std::string Entry::text(std::string_view name) const {
  for (const auto& [key, value] : fields) {
    if (key == name) return value;
  }
  return "";
}

std::vector<Entry> CommandStream::read(const std::set<int>& shards, int max, int block_ms) {
  auto& redis = pipeline_.reset();
  last_.clear();
  if (shards.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(block_ms));
    return {};
  }
  return entries_of(redis.blocking_command(read_command(shards, last_, max, block_ms), block_ms));
}

void CommandStream::ask_next(const std::set<int>& shards, int max) {
  pipeline_.ask(read_command(shards, last_, max, std::nullopt));
}

std::vector<Entry> CommandStream::take_next() { return entries_of(pipeline_.entries()); }

std::vector<Entry> CommandStream::entries_of(const redis::Reply& reply) {
  std::vector<Entry> entries;
  for (std::size_t s = 0; s < reply.size(); ++s) {
    const int shard = shard_in(reply.at(s).at(0).text());
    const auto list = reply.at(s).at(1);
    for (std::size_t i = 0; i < list.size(); ++i) entries.push_back(entry_of(shard, list.at(i)));
    last_[shard] = entries.back().stream_id;
  }
  return entries;
}

void CommandStream::acknowledge(std::span<const Entry> entries, std::span<const EventId> deleted_events) {
  redis::Arguments arguments = {std::to_string(entries.size()), std::to_string(kOutcomeTtlS),
                                std::to_string(kClosedTtlS)};
  for (const auto& entry : entries) {
    arguments.push_back(stream_key(entry.shard));
    arguments.push_back(entry.stream_id);
    // By the entry's own words: one that cannot be read as a command may have a pending field all the same.
    arguments.push_back(kPendingPrefix + entry.text("user"));
    arguments.push_back(entry.text("id"));
    arguments.push_back(entry.awaited && entry.command ? outcome_key(entry.command->id) : "");
  }
  for (const auto& event : deleted_events) arguments.push_back(closed_key(event));
  pipeline_.acknowledge(redis::Arguments::of_call(functions().function("acknowledge"), {}, arguments));
  if (!pipeline_.asked()) pipeline_.idle();
}

int CommandStream::begin_first_batch(int shard, const std::string& head) {
  auto& redis = pipeline_.idle();
  return static_cast<int>(
      redis.call(functions().function("begin"), {kBegunKey}, {std::to_string(shard), head}).integer());
}

void CommandStream::end_first_batch(int shard) { pipeline_.idle().command({"HDEL", kBegunKey, std::to_string(shard)}); }

bool CommandStream::agree_on_shards(int shards) {
  auto& redis = pipeline_.idle();
  const int before = stored_shards(redis);  // first: a full Redis lets us read
  if (before == shards) return true;
  if (queue_depth(redis, before).depth > 0) return false;
  redis.command({"SET", kShardsKey, std::to_string(shards)});
  return true;
}

int stored_shards(redis::RedisConnection& redis) {
  const std::string stored(redis.command({"GET", kShardsKey}).text());
  int shards = 0;
  std::from_chars(stored.data(), stored.data() + stored.size(), shards);
  return shards;
}

QueueDepth queue_depth(redis::RedisConnection& redis, int shards) {
  QueueDepth queue;
  const int all = std::max(stored_shards(redis), shards);
  for (int shard = 0; shard < all; ++shard) {
    Depth one{redis.command({"XLEN", stream_key(shard)}).integer()};
    if (one.depth == 0) continue;
    const std::string oldest(redis.command({"XRANGE", stream_key(shard), "-", "+", "COUNT", "1"}).at(0).at(0).text());
    std::from_chars(oldest.data(), oldest.data() + oldest.size(), one.oldest_ms);
    queue.depth += one.depth;
    if (one.oldest_ms > 0 && (queue.oldest_ms == 0 || one.oldest_ms < queue.oldest_ms)) queue.oldest_ms = one.oldest_ms;
    queue.by_shard.emplace(shard, one);
  }
  return queue;
}

}  // namespace ticketd::queue
