#include "queue/audit.h"

#include <algorithm>
#include <unordered_map>

#include "queue/command_stream.h"
#include "queue/wire.h"

namespace ticketd::queue {
namespace {

const std::string kPage = "1000";

// Command id -> the key of its pending hash.
using Candidates = std::unordered_map<std::string, std::string>;

// A field that cannot be read has no age: it is looked up whatever it is.
bool is_old(std::string_view json, Time now, const AuditLimits& limits) {
  const auto command = from_json_text(json);
  return !command || command->accepted_at + limits.age <= now;
}

void add_fields(redis::Connection& redis, const std::string& key, Time now, const AuditLimits& limits,
                QueueAudit& audit, Candidates& candidates) {
  const auto fields = redis.command({"HGETALL", key});  // bounded by pending_per_user
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    ++audit.pending;
    if (is_old(fields.at(i + 1).text(), now, limits)) candidates.emplace(fields.at(i).text(), key);
  }
}

Candidates read_pending(redis::Connection& redis, Time now, const AuditLimits& limits, QueueAudit& audit) {
  Candidates candidates;
  std::string cursor = "0";
  const int pages = limits.keys / std::stoi(kPage) + 1;
  for (int page = 0; page < pages; ++page) {
    const auto reply =
        redis.command({"SCAN", cursor, "MATCH", std::string(kPendingPrefix) + "*", "COUNT", kPage, "TYPE", "hash"});
    const auto found = reply.at(1);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (audit.pending >= limits.pending) {
        audit.complete = false;
        return candidates;
      }
      add_fields(redis, std::string(found.at(i).text()), now, limits, audit, candidates);
    }
    cursor = reply.at(0).text();
    if (cursor == "0") return candidates;
  }
  audit.complete = false;
  return candidates;
}

std::string_view id_in(const redis::Reply& fields) {
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields.at(i).text() == "id") return fields.at(i + 1).text();
  }
  return {};
}

// Takes those out that stand in the stream. False once `entries_left` is used up: then a candidate may stand in the
// rest.
bool remove_queued(redis::Connection& redis, int shard, int& entries_left, Candidates& candidates) {
  std::string from = "-";
  while (!candidates.empty()) {
    const auto page = redis.command({"XRANGE", stream_key(shard), from, "+", "COUNT", kPage});
    if (page.size() == 0) return true;
    for (std::size_t i = 0; i < page.size(); ++i) candidates.erase(std::string(id_in(page.at(i).at(1))));
    from = "(" + std::string(page.at(page.size() - 1).at(0).text());
    entries_left -= static_cast<int>(page.size());
    if (entries_left <= 0) return false;
  }
  return true;
}

// A shell's settings may be another machine's: streams that the workers know are not to be overlooked.
int known_shards(redis::Connection& redis, int shards) { return std::max(stored_shards(redis), shards); }

}  // namespace

QueueAudit audit_queue(redis::Connection& redis, int shards, Time now, const AuditLimits& limits) {
  QueueAudit audit;
  auto candidates = read_pending(redis, now, limits, audit);
  int entries_left = limits.entries;
  shards = known_shards(redis, shards);
  for (int shard = 0; shard < shards; ++shard) {
    audit.queued += redis.command({"XLEN", stream_key(shard)}).integer();
    if (entries_left > 0 && remove_queued(redis, shard, entries_left, candidates)) continue;
    entries_left = 0;
    audit.complete = false;
  }
  if (entries_left <= 0) return audit;  // what is left may stand in what was not read
  for (const auto& [id, key] : candidates) {
    if (redis.command({"HEXISTS", key, id}).integer() == 0) continue;
    ++audit.orphans;
    if (std::cmp_less(audit.examples.size(), limits.examples))
      audit.examples.push_back({key.substr(std::string_view(kPendingPrefix).size()), id});
  }
  return audit;
}

}  // namespace ticketd::queue
