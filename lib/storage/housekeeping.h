// What time does to rows, whoever uses them.
#pragma once
#include "base/time.h"
#include "postgres/database.h"

namespace ticketd::storage {

// Deletes idempotency keys older than a day and refresh tokens that expired a week ago, at most 5,000 of each, so that
// it never takes long; true if there may be more. Safe to run by several at once.
bool delete_expired(pqxx::transaction_base& tx, Time now);

// Marks the open events whose end has come, at most 5,000, so that lists of the others need not pass them; true if
// there may be more. Leaves out those that somebody has locked, and those whose waiting list is to be closed first.
// Safe to run by several at once.
bool update_events_over(pqxx::transaction_base& tx, Time now);

// Gives the events of owners whose turns are due their turns (0018_turns.sql), of at most some hundred owners; true if
// there may be more. An event that somebody has locked gets its turn the next time. Safe to run by several at once.
bool update_turns(pqxx::transaction_base& tx, Time now);

}  // namespace ticketd::storage
