// The cache Redis as lib/auth uses it: what is asked of it may fail, and then everybody is let through.
#pragma once
#include <atomic>
#include <chrono>
#include <stdexcept>

#include "metrics/metrics.h"
#include "redis/pool.h"

namespace ticketd::auth {

class Cache {
 public:
  // `unreachable` counts the calls that found no Redis.
  Cache(redis::RedisPool& redis, Cell& unreachable) : redis_(redis), unreachable_(unreachable) {}

  // body(redis::Commands&), unless Redis cannot be reached, or is full and refuses writes: the same to us. Throws
  // nothing for that. Thread-safe.
  template <class Body>
  void try_to(Body&& body) {
    const auto start = steady_ms();
    if (start < not_before_ms_.load(std::memory_order_relaxed)) {
      unreachable_.fetch_add(1, std::memory_order_relaxed);
      return;
    }
    try {
      body(redis_);
    } catch (const std::runtime_error&) {
      unreachable_.fetch_add(1, std::memory_order_relaxed);
      // One that answers at once that it is away may be asked again at once; one that hangs would hold up everybody.
      const auto now = steady_ms();
      if (now - start >= kHangMs) not_before_ms_.store(now + kLeaveAloneMs, std::memory_order_relaxed);
    }
  }

 private:
  static constexpr std::int64_t kHangMs = 100;
  static constexpr std::int64_t kLeaveAloneMs = 2'000;

  static std::int64_t steady_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  redis::RedisPool& redis_;
  Cell& unreachable_;
  std::atomic<std::int64_t> not_before_ms_{0};  // by the steady clock: a Redis that hung is left alone until then
};

}  // namespace ticketd::auth
