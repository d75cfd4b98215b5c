// A Redis that is at its memory limit for as long as this lives: it refuses whatever could make it grow.
#pragma once
#include <string>

#include "redis/pool.h"

namespace ticketd::tests {

class FullRedis {
 public:
  explicit FullRedis(redis::RedisPool& redis) : redis_(redis) {
    auto connection = redis_.take();
    limit_ = connection->command({"CONFIG", "GET", "maxmemory"}).at(1).text();
    connection->command({"CONFIG", "SET", "maxmemory", "1"});
  }
  ~FullRedis() { redis_.take()->command({"CONFIG", "SET", "maxmemory", limit_}); }
  FullRedis(const FullRedis&) = delete;
  FullRedis& operator=(const FullRedis&) = delete;

 private:
  redis::RedisPool& redis_;
  std::string limit_;
};

}  // namespace ticketd::tests
