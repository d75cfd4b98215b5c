// The drain loop's core: takes what was read from the queue, decides, commits, acknowledges.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "domain/event_state.h"
#include "fact_metrics.h"
#include "postgres/database.h"
#include "queue/command_stream.h"
#include "storage/holder_cache.h"

namespace ticketd::worker {

struct DrainOptions {
  int batch_max = 500;
  int attempts_max = 5;
};

class Drain {
 public:
  // Everything is committed on `connection`, the session that holds the shards' locks.
  Drain(pqxx::connection& connection, queue::CommandStream& stream, Metrics& metrics, const Clock& clock,
        Random& random, DrainOptions options);

  // Carries out the entries, in their order, in transactions of at most batch_max, and acknowledges each after its
  // COMMIT. None of them is of another release. A batch that fails for a reason of its own is halved until the bad
  // command stands alone; that one becomes a dead letter after attempts_max attempts. Throws
  // postgres::DatabaseUnavailable and redis::RedisUnavailable: then what is not acknowledged is in the queue still, and
  // reading it again is harmless.
  void carry_out(std::span<const queue::Entry> entries);

  // The same, each in a transaction of its own; the first one becomes a dead letter right away if it is known as
  // poison.
  void carry_out_one_by_one(std::span<const queue::Entry> entries, bool first_is_poison);

  // Carries out what time made due for the events by `at`, or a decision left to do, all in one transaction. What is
  // not due (any more) stays as it is. An event that grows gives seats to `promoted_at_once` people at most.
  void settle(std::span<const EventId> events, Time at, int promoted_at_once = domain::kPromotedAtOnce);

  // Carries out a command of the worker's own, which stands in no queue.
  void carry_out_own(const domain::Command& command);

  // Others may have changed bookings of the shards: what is remembered of them does not hold any more.
  void forget_holders() { holders_.clear(); }

  // Has anything been decided since the last call that concerns many bookings (storage/bulk_changes.h), or has to
  // go on?
  bool take_bulk_changes() { return std::exchange(has_bulk_changes_, false); }

 private:
  void carry_out_by(std::span<const queue::Entry> entries, int batch_max);
  void commit_or_halve(std::span<const queue::Entry> entries);
  void commit(std::span<const queue::Entry> entries);
  // Decides, commits, counts and logs. Gives back the events that were deleted.
  std::vector<EventId> commit(std::span<const domain::Command> commands,
                              int promoted_at_once = domain::kPromotedAtOnce);
  void bury(const queue::Entry& entry, const postgres::Fault& fault, int attempts);

  pqxx::connection& connection_;
  queue::CommandStream& stream_;
  FactMetrics metrics_;
  const Clock& clock_;
  Random& random_;
  const DrainOptions options_;
  storage::HolderCache holders_;
  bool has_bulk_changes_ = false;
};

}  // namespace ticketd::worker
