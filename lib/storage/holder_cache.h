// What a worker remembers from batch to batch: the live bookings of those who have many of an event. Of everybody else
// a few rows are read anew for each batch; of a person with a hundred tickets that would be a hundred rows.
//
// It holds as long as nobody else writes these bookings: while the session that loaded them has the lock of the event's
// shard (shard_locks.h), and no bulk change touches them (bulk_changes.h).
#pragma once
#include <map>
#include <span>
#include <unordered_map>
#include <utility>

#include "domain/fact.h"

namespace ticketd::storage {

class HolderCache {
 public:
  // Those whose rows say that they are live, by seq.
  using Bookings = std::map<std::int64_t, domain::Booking>;

  // From so many live bookings of an event on a user is worth remembering.
  static constexpr int kMany = 8;

  // Null for a user who is not remembered.
  [[nodiscard]] const Bookings* find(EventId event, UserId user) const;
  void put(EventId event, UserId user, Bookings bookings);
  // What a committed batch did to those who are remembered.
  void update(std::span<const domain::BatchFact> facts);
  void clear();

 private:
  std::unordered_map<EventId, std::unordered_map<UserId, Bookings>> events_;
  std::size_t size_ = 0;  // bookings; no fewer than there are
};

}  // namespace ticketd::storage
