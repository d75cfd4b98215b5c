#include "queue/pipeline.h"

#include <algorithm>
#include <utility>

namespace ticketd::queue {

void Pipeline::ask(const redis::Arguments& command) {
  redis_.send(command);
  expected_.push_back(Expected::entries);
}

redis::Reply Pipeline::entries() {
  while (!early_) receive_first();
  return *std::exchange(early_, std::nullopt);
}

void Pipeline::acknowledge(const redis::Arguments& command) {
  redis_.send(command);
  expected_.push_back(Expected::acknowledgement);
}

redis::RedisConnection& Pipeline::idle() {
  while (!expected_.empty()) receive_first();
  return redis_;
}

redis::RedisConnection& Pipeline::reset() {
  idle();
  early_.reset();
  return redis_;
}

bool Pipeline::holds_entries() const { return std::ranges::count(expected_, Expected::entries) > 0; }

void Pipeline::receive_first() {
  const auto first = expected_.front();
  expected_.pop_front();
  if (first == Expected::entries) {
    early_ = redis_.receive();
    return;
  }
  try {
    redis_.receive();
  } catch (const redis::RedisError& e) {
    throw redis::RedisUnavailable(e.what());
  }
}

}  // namespace ticketd::queue
