#include "storage/shard_locks.h"

#include <algorithm>
#include <iterator>

#include "base/crash_point.h"
#include "storage/rows.h"

namespace ticketd::storage {
namespace {

// The first key of our two-key advisory locks: "tckt" for the shards, "tckw" for the workers' presence.
constexpr int kShardClass = 0x74636b74;
constexpr int kWorkerClass = 0x74636b77;

const Statement kAnnounce{"announce_worker", "SELECT pg_advisory_lock_shared($1, 0)"};

const Statement kCountWorkers{"count_workers", R"(
  SELECT count(DISTINCT pid) FROM pg_locks
  WHERE locktype = 'advisory' AND classid = $1::int::oid AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"};

const Statement kTryLock{"try_lock_shard", "SELECT pg_try_advisory_lock($1, $2)"};
const Statement kUnlock{"unlock_shard", "SELECT pg_advisory_unlock($1, $2)"};

}  // namespace

void ShardLocks::announce() {
  pqxx::nontransaction tx(connection_);
  run(tx, kAnnounce, kWorkerClass);
}

bool ShardLocks::balance() {
  pqxx::nontransaction tx(connection_);
  const int workers = std::max(1, int_of(run(tx, kCountWorkers, kWorkerClass)[0][0]));
  const auto share = static_cast<std::size_t>((shards_ + workers - 1) / workers);
  const auto before = owned_;
  while (owned_.size() > share) {
    const int shard = *owned_.rbegin();
    run(tx, kUnlock, kShardClass, shard);
    owned_.erase(shard);
  }
  // Workers that start looking at different places get their shards without asking for each other's.
  const int start = connection_.backendpid() % shards_;
  for (int i = 0; i < shards_ && owned_.size() < share; ++i) {
    const int shard = (start + i) % shards_;
    if (owned_.contains(shard) || !run(tx, kTryLock, kShardClass, shard)[0][0].as<bool>()) continue;
    owned_.insert(shard);
    CRASH_POINT("in_take_over");
  }
  return owned_ != before;
}

}  // namespace ticketd::storage
