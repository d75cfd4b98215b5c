// What the integration tests run against: a database of their own, and database 1 of both Redis.
#pragma once
#include <string>
#include <type_traits>

#include "config/config.h"
#include "postgres/database.h"
#include "redis/pool.h"
#include "support/test_database.h"

namespace ticketd::tests {

class Stores {
 public:
  // Reads the addresses of the stack from the environment, makes the database, empties the Redis databases. There is
  // one at a time: stores() gives it. Throws std::runtime_error where there is no stack.
  Stores();
  ~Stores();
  Stores(const Stores&) = delete;
  Stores& operator=(const Stores&) = delete;

  const std::string queue_url;
  const std::string cache_url;
  TestDatabase database;
  postgres::DatabasePool pool;
  redis::RedisPool queue;
  redis::RedisPool cache;
};

Stores& stores();

// Settings of a process that works on them: where they are, and one of what there has to be at least one of.
Config settings_of_stores();

// A session of its own on the tests' database.
postgres::DatabaseConnection open_session(int statement_timeout_ms = 5'000);

// Empties the tests' database of the queue or of the cache.
void flush(redis::RedisPool& redis);

// Ends every client connection of the tests' database of that Redis, but for the one that asks; says how many.
int kill_clients(redis::RedisPool& redis);

// Runs body(pqxx::work&) in a transaction of its own and commits it.
template <class Body>
auto commit(Body&& body) {
  return postgres::transact(stores().pool, [&](pqxx::work& tx) {
    if constexpr (std::is_void_v<decltype(body(tx))>) {
      body(tx);
      return 0;
    } else {
      return body(tx);
    }
  });
}

// One statement on its own. Throws what libpqxx throws.
template <class... Args>
pqxx::result sql(const std::string& statement, const Args&... args) {
  return postgres::autocommit(stores().pool,
                              [&](pqxx::transaction_base& tx) { return postgres::execute(tx, statement, args...); });
}

// Its first field, 0 or empty where that is null or missing.
template <class... Args>
std::int64_t sql_number(const std::string& statement, const Args&... args) {
  const auto rows = sql(statement, args...);
  return rows.empty() || rows[0][0].is_null() ? 0 : rows[0][0].template as<std::int64_t>();
}
template <class... Args>
std::string sql_text(const std::string& statement, const Args&... args) {
  const auto rows = sql(statement, args...);
  return rows.empty() ? "" : rows[0][0].c_str();
}

}  // namespace ticketd::tests
