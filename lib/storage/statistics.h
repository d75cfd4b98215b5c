// What PostgreSQL knows of the values in columns, which it plans by.
#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "postgres/database.h"

namespace ticketd::storage {

// Analyses each table of more than 64 KiB with a column that PostgreSQL knows nothing of: one that a migration added.
// Its own autovacuum comes to that when a tenth of the rows has changed, which may take years, and until then what asks
// for such a column may read the whole table instead of an index. Locks nobody out. One table takes seconds, whatever
// its size; `news` is told of each. A table that is being vacuumed is waited for, for `patience`, and then left alone.
// Throws what libpqxx throws.
void analyze_new_columns(pqxx::connection& connection, std::chrono::milliseconds patience,
                         const std::function<void(const std::string&)>& news);

}  // namespace ticketd::storage
