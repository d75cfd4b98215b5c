// Migrations on a schema of the test's own.
#pragma once
#include <atomic>

#include "storage/migrations.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using storage::apply_migrations;
using storage::Migration;
using storage::MigrationOptions;

struct MigrationTest : IntegrationTest {
  const std::string schema = fresh_word();

  void setup() override { sql("CREATE SCHEMA " + schema); }
  void teardown() override { sql("DROP SCHEMA " + schema + " CASCADE"); }

  // A session that makes and finds its tables in the schema.
  struct Session : postgres::DatabaseConnection {
    explicit Session(const std::string& schema) : DatabaseConnection(stores().database.url(), {"migrate"}) {
      exec("SET search_path = " + schema);
      exec("SET idle_in_transaction_session_timeout = 0");
    }
    pqxx::result exec(const std::string& statement) { return pqxx::nontransaction(get()).exec(statement); }
  };
  // A transaction that has read the table and does not end, as a report or a backup has one.
  struct LongReader {
    Session session;
    pqxx::work tx{session.get()};
    LongReader(const std::string& schema, const std::string& table) : session(schema) {
      tx.exec("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
      tx.exec("SELECT count(*) FROM " + table);
    }
  };

  int apply(const std::vector<Migration>& migrations, const MigrationOptions& options = {}) const {
    Session connection(schema);
    return apply_on(connection, migrations, options);
  }
  static int apply_on(Session& connection, const std::vector<Migration>& migrations,
                      const MigrationOptions& options = {}) {
    int applied = 0;
    apply_migrations(connection.get(), migrations, [&](const Migration&) { ++applied; }, options);
    return applied;
  }
  // What it throws, empty for nothing.
  static std::string fault_of(Session& connection, const std::vector<Migration>& migrations,
                              const MigrationOptions& options = {}) {
    try {
      apply_on(connection, migrations, options);
      return "";
    } catch (const std::exception& e) {
      return e.what();
    }
  }
};

}  // namespace ticketd::tests
