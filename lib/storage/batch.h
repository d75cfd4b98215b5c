// The worker's side of bookings: loads what a batch of commands needs, saves what was decided, each with a handful of
// statements whatever the size of the batch.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/random.h"
#include "domain/decide.h"
#include "storage/database.h"

namespace ticketd::storage {

struct LoadedBatch {
  std::unordered_map<EventId, domain::EventState> events;  // those of the commands' events that exist
  std::unordered_set<CommandId> done;                      // commands that took effect before
};

// Locks the commands' events in the order of their ids until the transaction ends, so that batches cannot deadlock, and
// loads of each the counters, the live bookings of the people in the batch, and the head of the line as far as the
// batch could promote.
LoadedBatch load_batch(pqxx::work& tx, std::span<const domain::Command> commands);

struct Decided {
  const domain::Command* command;
  domain::Decision decision;
  std::string title;  // the event's when it was decided; empty if there is none
};

// Writes commands, bookings, counters and notifications. `decided` is in the order of decision. Throws what libpqxx
// throws; the schema's constraints refuse what must not be.
void save_batch(pqxx::work& tx, const LoadedBatch& batch, std::span<const Decided> decided, Time now, Random& random);

// Puts an entry of the queue aside that failed for a reason of its own: a dead letter for the operator, and for its
// person a failed request and a notification. Nothing happens if the command took effect, or was put aside, in the
// meantime.
struct DeadLetter {
  std::optional<domain::Command> command;  // empty: the entry cannot be read as one
  int shard = 0;
  std::string stream_id;
  std::string raw;  // the entry as JSON
  std::string error;
  std::string sqlstate;
  int attempts = 0;
};
void insert_dead_letter(pqxx::work& tx, const DeadLetter& letter, Time now);

}  // namespace ticketd::storage
