// The worker's side of bookings: loads what a batch of commands needs, saves what was decided, each with a handful of
// statements whatever the size of the batch.
#pragma once
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/random.h"
#include "domain/fact.h"
#include "postgres/database.h"
#include "storage/holder_cache.h"

namespace ticketd::storage {

struct LoadedBatch {
  std::unordered_map<EventId, domain::EventState> events;  // those of the commands' events that exist
  std::unordered_set<CommandId> done;                      // commands that took effect before
};

// Locks the commands' events in the order of their ids until the transaction ends, so that batches cannot deadlock, and
// loads of each the part that the batch needs (domain/event_state.h): the counters, what its users hold, the bookings
// that they could cancel or change, and those of the waiting list whom it could serve or pass. Of those who have many
// bookings `holders` knows them from before, or does so from now on.
LoadedBatch load_batch(pqxx::work& tx, std::span<const domain::Command> commands, HolderCache& holders);

// Of bookings, the HTTP requests that made them.
using RequestIds = std::unordered_map<BookingId, std::string>;

// Writes the rows of commands, bookings, events and notifications. Gives back the requests of those who were promoted,
// as far as they are known. Throws what libpqxx throws; the schema's constraints refuse what must not be.
RequestIds save_batch(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now,
                      Random& random);

}  // namespace ticketd::storage
