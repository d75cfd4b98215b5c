// Which worker drains which shard, decided by advisory locks of the sessions that commit: a worker that loses its
// session loses its shards and its commit with it, so two can never write the same shard. No clock is involved.
//
// Every worker also holds one shared lock that says "a worker is here"; counting its holders tells each its fair share.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "postgres/database.h"

namespace ticketd::storage {

class ShardLocks {
 public:
  // All locks are taken on `connection`, the one that the worker commits on; they end with it.
  ShardLocks(pqxx::connection& connection, int shards) : connection_(connection), shards_(shards) {}

  // Says that this worker is here. Once, first.
  void join();

  // Takes free shards up to the fair share, ceil(shards / workers), and gives back what is over it. Says whether the
  // set of owned shards changed. Not within a transaction. Throws what libpqxx throws.
  bool balance();

  [[nodiscard]] const std::set<int>& owned() const { return owned_; }

  // Lets another worker have a shard whose next command this one does not know, and takes it no more until retry().
  // Meanwhile this worker does not count among those that share: whoever knows the command may have its fair share
  // already, and can take more only so. Not within a transaction. Throws what libpqxx throws.
  void give_up(int shard);

  // From now on balance() may take again what was given up.
  void retry();

  [[nodiscard]] const std::set<int>& given_up() const { return given_up_; }

 private:
  pqxx::connection& connection_;
  const int shards_;
  std::set<int> owned_;
  std::set<int> given_up_;
};

// A worker as everybody sees it.
struct WorkerSession {
  int pid = 0;                       // of its session's process in PostgreSQL
  std::string name;                  // application_name
  std::string host;                  // where it comes from; "local", or empty for a role that may not see it
  std::optional<Time> connected_at;  // empty for a role that may not see it
  std::set<int> shards;
};
// Every worker of this database, wherever it runs.
std::vector<WorkerSession> list_workers(pqxx::transaction_base& tx);

}  // namespace ticketd::storage
