#include "queue/audit.h"

#include <algorithm>
#include <utility>

#include "queue/command_stream.h"
#include "queue/entry_address.h"

namespace ticketd::queue {
namespace {

const std::string kPage = "1000";

class Audit {
 public:
  Audit(redis::RedisConnection& redis, Time now, const AuditLimits& limits)
      : redis_(redis), now_(now), limits_(limits) {}

  QueueAudit of(int shards) {
    for (int shard = 0; shard < shards; ++shard) audit_.queued += redis_.command({"XLEN", stream_key(shard)}).integer();
    audit_.complete = read_pending();
    return std::move(audit_);
  }

 private:
  // False once a limit is reached.
  bool read_pending() {
    std::string cursor = "0";
    const int pages = limits_.keys / std::stoi(kPage) + 1;
    for (int page = 0; page < pages; ++page) {
      const auto reply =
          redis_.command({"SCAN", cursor, "MATCH", std::string(kPendingPrefix) + "*", "COUNT", kPage, "TYPE", "hash"});
      const auto found = reply.at(1);
      for (std::size_t i = 0; i < found.size(); ++i) {
        if (audit_.pending >= limits_.pending) return false;
        look_at(std::string(found.at(i).text()));
      }
      cursor = reply.at(0).text();
      if (cursor == "0") return true;
    }
    return false;
  }

  void look_at(const std::string& key) {
    const auto fields = redis_.command({"HGETALL", key});  // bounded by pending_per_user
    std::vector<std::string> ids;
    std::vector<EntryAddress> addresses;
    for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
      ++audit_.pending;
      std::string id(fields.at(i).text());
      auto address = EntryAddress::parse(fields.at(i + 1).text());
      if (!address) {
        accuse(key, std::move(id));
      } else if (from_epoch_ms(address->queued_ms()) + limits_.age <= now_) {
        ids.push_back(std::move(id));
        addresses.push_back(std::move(*address));
      }
    }
    const auto entries = read_entries(redis_, addresses);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (!entries[i] || !std::ranges::count(*entries[i], std::pair(std::string("id"), ids[i]))) accuse(key, ids[i]);
    }
  }

  void accuse(const std::string& key, std::string id) {
    if (redis_.command({"HEXISTS", key, id}).integer() == 0) return;
    ++audit_.orphans;
    if (std::cmp_less(audit_.examples.size(), limits_.examples))
      audit_.examples.push_back({key.substr(std::string_view(kPendingPrefix).size()), std::move(id)});
  }

  redis::RedisConnection& redis_;
  const Time now_;
  const AuditLimits limits_;
  QueueAudit audit_;
};

}  // namespace

QueueAudit audit_queue(redis::RedisConnection& redis, int shards, Time now, const AuditLimits& limits) {
  // A shell's settings may be another machine's: streams that the workers know are not to be overlooked.
  return Audit(redis, now, limits).of(std::max(stored_shards(redis), shards));
}

}  // namespace ticketd::queue
