// What a decision means for many bookings of an event: that it was deleted, that its waiting list closed, that its
// people are told of another date. The decision itself is one row, written in the transaction that decides. The worker
// that owns the event's shard goes through the bookings afterwards, a piece at a time between other commands, so that
// nobody waits for a million rows and no transaction grows with them. Until it is through, reads treat the rest as done
// (CURRENT_STATE in live.h), and so does load_batch().
#pragma once
#include <optional>
#include <set>
#include <span>

#include "storage/batch.h"

namespace ticketd::storage {

// Notes what the facts mean for many bookings. The same change decided again begins anew. People are told of a move ten
// minutes after they were told of the last one at the earliest, whoever plays with the date.
void insert_bulk_changes(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now);

// Carries out one piece of one change that is due in the shards `owned` of `shards`: at most `most` bookings, and what
// their people are told. Changes take turns. False, and nothing was written: there is nothing to do.
bool update_next_piece(pqxx::work& tx, const std::set<int>& owned, int shards, Time now, int most);

// The events in the shards `owned` of `shards` for which time made something due: they are over while somebody waits,
// or seats are no longer saved for whom others passed. At most 500 of each, the longest due first.
std::vector<EventId> list_due_events(pqxx::transaction_base& tx, const std::set<int>& owned, int shards, Time now);

// The event in these shards whose next step has waited longest: it grows (domain::EventState::growing_to), or ends
// those who wait for more than there is (has_misfits).
std::optional<EventId> find_unfinished_event(pqxx::transaction_base& tx, const std::set<int>& owned, int shards);

}  // namespace ticketd::storage
