// How the commands of a batch ended: the rows that make a redelivery a no-op, and the audit trail.
#pragma once
#include <span>

#include "domain/fact.h"
#include "postgres/database.h"

namespace ticketd::storage {

// Throws a unique violation where a command took effect before.
void insert_command_rows(pqxx::work& tx, std::span<const domain::BatchFact> facts, Time now);

}  // namespace ticketd::storage
