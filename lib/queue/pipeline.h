// A connection on which a worker asks for entries and acknowledges others without waiting for each answer.
#pragma once
#include <deque>
#include <optional>
#include <string>

#include "redis/redis.h"

namespace ticketd::queue {

// Redis answers in the order in which it was asked, so what is still to come is a queue of expected replies. At most
// one of them is for entries. Not thread-safe. All functions throw redis::RedisUnavailable; after that the object is of
// no use any more.
class Pipeline {
 public:
  Pipeline(const std::string& url, int timeout_ms) : redis_(url, timeout_ms) {}

  // Sends a command whose reply is entries(), later. REQUIRES: !asked().
  void ask(const redis::Arguments& command);
  // Was asked for entries that were not taken yet?
  [[nodiscard]] bool asked() const { return early_ || holds_entries(); }
  // The reply to ask(); waits for it, and for what was sent before it. REQUIRES: asked().
  redis::Reply entries();

  // Sends a command whose reply says no more than that it was carried out. A Redis that refuses it counts as one that
  // is away: the commands that are acknowledged took effect, and whatever this is, it is none of their fault.
  void acknowledge(const redis::Arguments& command);

  // The connection, with nothing expected on it: receives all that is still to come.
  redis::RedisConnection& idle();
  // The same, and forgets entries that were asked for.
  redis::RedisConnection& reset();

 private:
  enum class Expected { entries, acknowledgement };
  [[nodiscard]] bool holds_entries() const;
  void receive_first();

  redis::RedisConnection redis_;
  std::deque<Expected> expected_;      // sent and not received, oldest first
  std::optional<redis::Reply> early_;  // entries that were received before they were wanted
};

}  // namespace ticketd::queue
