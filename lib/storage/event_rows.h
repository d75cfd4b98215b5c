// What a batch makes of the events themselves: counters, state, fields.
#pragma once
#include <span>

#include "storage/batch.h"

namespace ticketd::storage {

// Writes the rows of the events that the facts change.
void update_event_rows(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now);

}  // namespace ticketd::storage
