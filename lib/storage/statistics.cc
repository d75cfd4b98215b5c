#include "storage/statistics.h"

#include <algorithm>

#include "postgres/errors.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// A few pages are read at once, whatever PostgreSQL knows of them.
const char* const kTables = R"(
  SELECT quote_ident(c.relname)
  FROM pg_class AS c
  WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND pg_relation_size(c.oid) > 65536
    AND c.reltuples <> 0 AND pg_has_role(c.relowner, 'USAGE')
    AND EXISTS (SELECT FROM pg_attribute AS a
                WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                  AND NOT EXISTS (SELECT FROM pg_stats AS s
                                  WHERE s.schemaname = current_schema() AND s.tablename = c.relname AND s.attname = a.attname))
  ORDER BY 1)";

}  // namespace

void analyze_new_columns(pqxx::connection& connection, std::chrono::milliseconds patience,
                         const std::function<void(const std::string&)>& news) {
  pqxx::nontransaction tx(connection);
  tx.exec("SET statement_timeout = 0");
  tx.exec("SET lock_timeout = " + std::to_string(std::max<std::int64_t>(patience.count(), 1)));  // 0: no limit
  for (const auto& row : tx.exec(kTables)) {
    const auto table = text_of(row[0]);
    news("analyses " + table + ", which has columns that PostgreSQL knows nothing of");
    try {
      tx.exec("ANALYZE " + table);
    } catch (const std::exception&) {
      if (fault_of(std::current_exception()).sqlstate != kLockNotAvailable) throw;
      news(table + " is being vacuumed, and not analysed");
    }
  }
}

}  // namespace ticketd::storage
