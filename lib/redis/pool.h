// Connections for several threads.
#pragma once
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "metrics/metrics.h"
#include "redis/redis.h"

namespace ticketd::redis {

// Commands of several threads share a connection: what comes while an answer is awaited is sent together as soon as
// that answer is here, before anybody is woken, so that Redis need not wait for that. Under load that is one write, one
// read and one wake-up of Redis for many requests. Thread-safe.
class RedisPool : public Commands {
 public:
  RedisPool(std::string url, int timeout_ms, PoolMeter meter = {})
      : url_(std::move(url)), timeout_ms_(timeout_ms), meter_(meter) {}

  // One call's commands stay together.
  std::vector<Reply> pipeline(std::span<const Arguments> commands) override;

  class Lease {
   public:
    Lease(RedisPool& pool, std::unique_ptr<RedisConnection> connection)
        : pool_(pool), connection_(std::move(connection)) {}
    ~Lease() { pool_.give_back(std::move(connection_)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    RedisConnection* operator->() { return connection_.get(); }

   private:
    RedisPool& pool_;
    std::unique_ptr<RedisConnection> connection_;
  };
  // A connection for the caller alone, for what blocks. Opened as needed; waits for nobody.
  Lease take();

 private:
  struct Waiter;
  void lead(Waiter& leader);
  std::unique_ptr<RedisConnection> take_connection();
  void give_back(std::unique_ptr<RedisConnection> connection);
  void keep(std::unique_ptr<RedisConnection> connection);  // under the lock

  const std::string url_;
  const int timeout_ms_;
  PoolMeter meter_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<RedisConnection>> idle_;
  std::vector<Waiter*> waiting_;  // not sent yet
  bool led_ = false;              // somebody receives, and then sends for those who wait and wakes the first of them
};

}  // namespace ticketd::redis
