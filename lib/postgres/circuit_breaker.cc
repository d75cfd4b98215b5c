#include "postgres/circuit_breaker.h"

namespace ticketd::postgres {

bool CircuitBreaker::may_try(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  if (open_ && (tried_ || now < not_before_)) return false;
  tried_ = open_;
  return true;
}

void CircuitBreaker::succeeded() {
  const std::lock_guard lock(mutex_);
  open_ = tried_ = false;
}

void CircuitBreaker::failed(Clock::time_point start, Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  tried_ = false;
  open_ = now - start >= kLong;
  not_before_ = now + (now - start);
}

void CircuitBreaker::open() {
  const std::lock_guard lock(mutex_);
  open_ = true;
  not_before_ = {};
}

bool CircuitBreaker::is_open() const {
  const std::lock_guard lock(mutex_);
  return open_;
}

}  // namespace ticketd::postgres
