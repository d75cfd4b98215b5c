// What users are told by a batch.
#pragma once
#include <span>

#include "base/random.h"
#include "domain/fact.h"
#include "postgres/database.h"

namespace ticketd::storage {

// A notification for each fact. The answer to a command has the id that the command was promised, and is dated by its
// acceptance; all others get ids of their own.
void insert_notification_rows(pqxx::work& tx, std::span<const domain::BatchFact> facts, Time now, Random& random);

}  // namespace ticketd::storage
