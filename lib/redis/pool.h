// The connection pool for several threads, with group commit.
//
// While one thread, the leader, awaits the answers of its group, the commands of others gather. As soon as the answers
// are here the leader sends what has gathered as the next group, and only then wakes anybody: so Redis need not wait
// for that. The first of the new group is its leader. With `appendfsync always` one group is one write, one read and
// one fsync: throughput rises with the number of threads that wait (as LevelDB does it in DBImpl::Write, and databases
// with their log).
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/metrics.h"
#include "redis/redis.h"

namespace ticketd::redis {

// Thread-safe.
class RedisPool : public Commands {
 public:
  RedisPool(std::string url, int timeout_ms, PoolMeter meter = {})
      : url_(std::move(url)), timeout_ms_(timeout_ms), meter_(meter) {}

  // One call's commands stay together.
  std::vector<Reply> pipeline(std::span<const Arguments> commands) override;

  struct GiveBack {
    RedisPool* pool;
    void operator()(RedisConnection* connection) const { pool->give_back(connection); }
  };
  // A connection for the caller alone, for what blocks; it goes back when the lease ends. Opened as needed; waits for
  // nobody.
  using Lease = std::unique_ptr<RedisConnection, GiveBack>;
  [[nodiscard]] Lease take() { return {take_connection().release(), GiveBack{this}}; }

 private:
  struct Waiter;
  void commit_group(Waiter& leader);
  std::unique_ptr<RedisConnection> take_connection();
  void give_back(RedisConnection* connection);
  void keep(std::unique_ptr<RedisConnection> connection);  // under the lock

  const std::string url_;
  const int timeout_ms_;
  PoolMeter meter_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RedisConnection>> idle_;
  std::vector<Waiter*> waiting_;  // the next group: not sent yet
  bool has_leader_ = false;       // a group is under way
};

}  // namespace ticketd::redis
