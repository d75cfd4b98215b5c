#include "queue/command_stream.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <thread>

namespace ticketd::queue {
namespace {

constexpr const char* kShardsKey = "ticketd:shards";
constexpr const char* kBegunKey = "ticketd:begun";  // hash, shard -> workers that began and came to no end
constexpr int kOutcomeTtlS = 60;                    // longer than any handler waits
constexpr int kClosedTtlS = 60;  // longer than any handler remembers an event as open, while PostgreSQL can be asked

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
  const auto fields = reply.at(1);
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    entry.fields.emplace_back(fields.at(i).text(), fields.at(i + 1).text());
    if (entry.fields.back().first == "awaited") entry.awaited = true;
  }
  entry.command = from_fields(entry.fields);
  return entry;
}

}  // namespace

std::vector<Entry> CommandStream::read(const std::set<int>& shards, int max, int block_ms) {
  if (shards.empty()) {
    std::this_thread::sleep_for(std::chrono::milliseconds(block_ms));
    return {};
  }
  redis::Arguments arguments = {"XREAD", "COUNT", std::to_string(max), "BLOCK", std::to_string(block_ms), "STREAMS"};
  for (const int shard : shards) arguments.push_back(stream_key(shard));
  arguments.insert(arguments.end(), shards.size(), "0-0");
  const auto reply = redis_.command(arguments, block_ms);
  std::vector<Entry> entries;
  for (std::size_t s = 0; s < reply.size(); ++s) {
    const int shard = shard_in(reply.at(s).at(0).text());
    const auto list = reply.at(s).at(1);
    for (std::size_t i = 0; i < list.size(); ++i) entries.push_back(entry_of(shard, list.at(i)));
  }
  return entries;
}

void CommandStream::acknowledge(std::span<const Entry> entries, std::span<const EventId> deleted_events) {
  std::map<int, redis::Arguments> deletes;
  std::vector<redis::Arguments> commands;
  for (const auto& entry : entries) {
    auto& del = deletes[entry.shard];
    if (del.empty()) del = {"XDEL", stream_key(entry.shard)};
    del.push_back(entry.stream_id);
    if (!entry.command) continue;
    commands.push_back({"HDEL", pending_key(entry.command->user), entry.command->id.str()});
    if (!entry.awaited) continue;
    commands.push_back({"RPUSH", outcome_key(entry.command->id), "1"});
    commands.push_back({"EXPIRE", outcome_key(entry.command->id), std::to_string(kOutcomeTtlS)});
  }
  for (auto& [shard, del] : deletes) commands.push_back(std::move(del));
  for (const auto& event : deleted_events)
    commands.push_back({"SET", closed_key(event), "1", "EX", std::to_string(kClosedTtlS)});
  if (!commands.empty()) redis_.transaction(commands);
}

int CommandStream::begin_first_batch(int shard) {
  return static_cast<int>(redis_.command({"HINCRBY", kBegunKey, std::to_string(shard), "1"}).integer());
}

void CommandStream::end_first_batch(int shard) { redis_.command({"HDEL", kBegunKey, std::to_string(shard)}); }

bool CommandStream::agree_on_shards(int shards) {
  const auto wanted = std::to_string(shards);
  redis_.command({"SET", kShardsKey, wanted, "NX"});
  const std::string remembered(redis_.command({"GET", kShardsKey}).text());
  if (remembered == wanted) return true;
  int before = 0;
  std::from_chars(remembered.data(), remembered.data() + remembered.size(), before);
  if (queue_depth(redis_, before).depth > 0) return false;
  redis_.command({"SET", kShardsKey, wanted});
  return true;
}

QueueDepth queue_depth(redis::Connection& redis, int shards) {
  QueueDepth queue;
  for (int shard = 0; shard < shards; ++shard) {
    queue.depth += redis.command({"XLEN", stream_key(shard)}).integer();
    const auto oldest = redis.command({"XRANGE", stream_key(shard), "-", "+", "COUNT", "1"}).at(0).at(0).text();
    std::int64_t ms = 0;
    std::from_chars(oldest.data(), oldest.data() + oldest.size(), ms);
    if (ms > 0 && (queue.oldest_ms == 0 || ms < queue.oldest_ms)) queue.oldest_ms = ms;
  }
  return queue;
}

}  // namespace ticketd::queue
