#include "storage/shard_locks.h"

#include <algorithm>
#include <iterator>
#include <sstream>

#include "base/crash_point.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// The first key of our two-key advisory locks: "tckt" for the shards, "tckw" for the workers' presence.
constexpr int kShardClass = 0x74636b74;
constexpr int kWorkerClass = 0x74636b77;

const Statement kJoin{"join_workers", "SELECT pg_advisory_lock_shared($1, 0)"};
const Statement kLeave{"leave_workers", "SELECT pg_advisory_unlock_shared($1, 0)"};

const Statement kCountWorkers{"count_workers", R"(
  SELECT count(DISTINCT pid) FROM pg_locks
  WHERE locktype = 'advisory' AND classid = $1::int::oid AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"};

// backend_start is the one of the two that everybody's session has: where it is hidden, the address is too.
const Statement kListWorkers{"list_workers", R"(
  SELECT l.pid, coalesce(a.application_name, '') AS name,
         CASE WHEN a.backend_start IS NOT NULL THEN coalesce(host(a.client_addr), 'local') ELSE '' END AS host,
         (extract(epoch FROM a.backend_start) * 1000)::bigint AS since_ms,
         coalesce(l.shards, '{}') AS shards
  FROM (SELECT pid, array_agg(objid::int ORDER BY objid::int) FILTER (WHERE classid = $2::int::oid) AS shards
        FROM pg_locks
        WHERE locktype = 'advisory' AND objsubid = 2 AND granted AND classid IN ($1::int::oid, $2::int::oid)
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        GROUP BY pid) l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
  ORDER BY since_ms, l.pid)"};

const Statement kTryLock{"try_lock_shard", "SELECT pg_try_advisory_lock($1, $2)"};
const Statement kUnlock{"unlock_shard", "SELECT pg_advisory_unlock($1, $2)"};

}  // namespace

void ShardLocks::join() {
  pqxx::nontransaction tx(connection_);
  run(tx, kJoin, kWorkerClass);
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
    if (owned_.contains(shard) || given_up_.contains(shard) || !run(tx, kTryLock, kShardClass, shard)[0][0].as<bool>())
      continue;
    owned_.insert(shard);
    CRASH_POINT("in_take_over");
  }
  return owned_ != before;
}

void ShardLocks::give_up(int shard) {
  pqxx::nontransaction tx(connection_);
  run(tx, kUnlock, kShardClass, shard);
  owned_.erase(shard);
  if (given_up_.empty()) run(tx, kLeave, kWorkerClass);
  given_up_.insert(shard);
}

void ShardLocks::retry() {
  if (given_up_.empty()) return;
  given_up_.clear();
  join();
}

std::vector<WorkerSession> list_workers(pqxx::transaction_base& tx) {
  std::vector<WorkerSession> list;
  for (const auto& row : run(tx, kListWorkers, kWorkerClass, kShardClass)) {
    WorkerSession worker{
        int_of(row["pid"]), text_of(row["name"]), text_of(row["host"]), optional_time(row["since_ms"]), {}};
    std::istringstream shards(text_of(row["shards"]).substr(1));  // {0,4,8}
    for (int shard = 0; shards >> shard; shards.ignore()) worker.shards.insert(shard);
    list.push_back(std::move(worker));
  }
  return list;
}

}  // namespace ticketd::storage
