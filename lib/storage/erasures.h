// Accounts that were erased: what their people held of events to come goes on to others.
#pragma once
#include <set>
#include <vector>

#include "domain/command.h"
#include "postgres/database.h"

namespace ticketd::storage {

// What the erased hold or organise still of events to come, in the shards `owned` of `shards`: as commands in their
// name that cancel it, accepted `at`, at most 50. Their ids are still to be made.
std::vector<domain::Command> list_erased_holdings(pqxx::transaction_base& tx, const std::set<int>& owned, int shards,
                                                  Time at);

// One whose command failed: not before a minute has passed.
void delay_erasure(pqxx::transaction_base& tx, UserId user, Time now);

// Whoever holds nothing any more, in whatever shard, is looked at again after a pause, which doubles up to an hour:
// what was queued before may still be decided. After a month nobody looks any more.
void update_erasures(pqxx::transaction_base& tx, Time now);

}  // namespace ticketd::storage
