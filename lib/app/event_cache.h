// What booking has to know of an event before it queues a command: that it exists and is open. Kept in the process for
// a few seconds, so that the hot path asks no database; the worker decides on what is true in the end.
#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "base/result.h"
#include "base/time.h"
#include "base/uuid.h"
#include "domain/event_state.h"
#include "storage/database.h"

namespace ticketd {

class EventCache {
 public:
  explicit EventCache(storage::Pool& database) : database_(database) {}

  // Refuses: event_not_found, event_cancelled, event_over.
  std::optional<Refusal> must_be_open(EventId id, Time now);

  // Refuses: event_not_found. Says nothing about open or over.
  std::optional<Refusal> must_exist(EventId id, Time now);

 private:
  struct Known {
    domain::EventStatus status;
    Time ends_at;
    Time read_at;
  };
  // Empty: there is no such event. While the database is away, what was known before is good for an hour.
  // Throws storage::DatabaseUnavailable.
  std::optional<Known> find(EventId id, Time now);
  std::optional<Known> remembered(EventId id);
  void remember(EventId id, const Known& known);

  storage::Pool& database_;
  std::mutex mutex_;
  std::unordered_map<EventId, Known> known_;
  std::atomic<Time> not_before_{Time{}};  // a database that was away is not asked again before then
};

}  // namespace ticketd
