// What a batch makes of the pools and ticket types of those events that have their own: numbers, names, what is said
// about types.
#pragma once
#include <span>
#include <unordered_set>

#include "storage/batch.h"

namespace ticketd::storage {

// Writes the rows of the events `changed` whose edition is domain::kEditionOfPools or later; new ones as well.
void update_pool_rows(pqxx::work& tx, const LoadedBatch& batch, const std::unordered_set<EventId>& changed,
                      std::span<const domain::BatchFact> facts);

// Loads both of those of the batch's events whose edition says that they have them.
void load_pool_rows(pqxx::work& tx, LoadedBatch& batch);

// Between "3 5" of array_to_string(), "{3,5}", which is empty for none, and numbers.
std::vector<std::int64_t> numbers_of(const std::string& text);
std::string array_text(const std::vector<std::int64_t>& numbers);

}  // namespace ticketd::storage
