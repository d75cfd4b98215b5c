// Migrations, each test in a schema of its own.
#include "migration_rig.h"
#include "storage/statistics.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageMigrations, MigrationTest) {
  const std::vector<Migration> two = {{1, "shelf", "CREATE TABLE shelf (id int)", "hash 1"},
                                      {2, "book", "CREATE TABLE book (id int); INSERT INTO book VALUES (7)", "hash 2"}};

  std::int64_t tables() const {
    return sql_number("SELECT count(*) FROM pg_tables WHERE schemaname = $1 AND tablename <> 'schema_migrations'",
                      schema);
  }
};

TEST(StorageMigrations, AreAppliedOnce) {
  LONGS_EQUAL(2, apply(two));
  LONGS_EQUAL(0, apply(two));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM " + schema + ".book"));
}

TEST(StorageMigrations, ALaterOneIsAppliedOnTop) {
  LONGS_EQUAL(1, apply({two[0]}));
  LONGS_EQUAL(1, apply(two));
}

TEST(StorageMigrations, AChangedFileIsRefused) {
  apply(two);
  auto changed = two;
  changed[0].hash = "another";
  expect_throws<std::runtime_error>([&] { apply(changed); });
}

TEST(StorageMigrations, ANewerDatabaseIsRefused) {
  apply(two);
  expect_throws<std::runtime_error>([&] { apply({two[0]}); });
}

TEST(StorageMigrations, TwoAtOnceApplyEachOnce) {
  std::atomic<int> applied = 0, faults = 0;
  at_once(2, [&](int) {
    try {
      applied += apply(two);
    } catch (...) {
      ++faults;
    }
  });
  LONGS_EQUAL(0, faults);
  LONGS_EQUAL(2, applied);
}

TEST(StorageMigrations, AFailingOneLeavesNothingOfItself) {
  auto failing = two;
  failing[1].sql += "; SELECT 1 / 0";
  expect_throws<pqxx::sql_error>([&] { apply(failing); });
  LONGS_EQUAL(1, tables());
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM " + schema + ".schema_migrations"));
  LONGS_EQUAL(1, apply(two));
}

TEST(StorageMigrations, AFailingOneKeepsNobodyElseWaiting) {
  Session connection(schema);
  auto failing = two;
  failing[1].sql = "SELECT 1 / 0";
  expect_throws<pqxx::sql_error>([&] { apply_migrations(connection.get(), failing, [](const auto&) {}); });
  LONGS_EQUAL(0, sql_number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = $1",
                            connection.get().backendpid()));
}

TEST(StorageMigrations, StatusTellsWhatIsApplied) {
  apply({two[0]});
  Session connection(schema);
  const auto status = storage::migration_status(connection.get(), two);
  CHECK(status.at(0).applied);
  CHECK_FALSE(status.at(1).applied);
}

TEST(StorageMigrations, TheProjectsOwnAreReadAndApplied) {
  const auto files = storage::read_migrations(e2e::setting("TICKETD_MIGRATIONS_DIR"));
  LONGS_EQUAL(files.size(), apply(files));
  CHECK(tables() >= 8);
}

TEST(StorageMigrations, WhatTheyAddIsAnalysed) {
  apply(two);
  Session connection(schema);
  connection.exec("INSERT INTO book SELECT generate_series(1, 5000)");
  const auto analyses = [&] {
    std::vector<std::string> told;
    storage::analyze_new_columns(connection.get(), std::chrono::seconds(5),
                                 [&](const auto& sentence) { told.push_back(sentence); });
    return told.size();
  };
  LONGS_EQUAL(1, analyses());  // the shelf is empty, and schema_migrations small
  LONGS_EQUAL(0, analyses());
  apply({two[0], two[1], {3, "pages", "ALTER TABLE book ADD COLUMN pages int DEFAULT 100", "hash 3"}});
  LONGS_EQUAL(1, analyses());
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM pg_stats WHERE schemaname = $1 AND attname = 'pages'", schema));
  LONGS_EQUAL(0, analyses());
}

TEST(StorageMigrations, WhatIsBeingVacuumedIsLeftAlone) {
  apply(two);
  Session connection(schema), other(schema);
  connection.exec("INSERT INTO book SELECT generate_series(1, 5000)");
  pqxx::work vacuum(other.get());
  vacuum.exec("LOCK TABLE book IN SHARE UPDATE EXCLUSIVE MODE");
  for (const int patience : {0, 50}) {
    std::string told;
    storage::analyze_new_columns(connection.get(), std::chrono::milliseconds(patience),
                                 [&](const auto& sentence) { told += sentence + '\n'; });
    STRCMP_CONTAINS("book is being vacuumed", told.c_str());
  }
}

// pg_dump writes it as "", and pg_restore refuses that.
TEST(StorageMigrations, NoFunctionHasANamelessParameterBesideNamedOnes) {
  apply(storage::read_migrations(e2e::setting("TICKETD_MIGRATIONS_DIR")));
  LONGS_EQUAL(0,
              sql_number("SELECT count(*) FROM pg_proc WHERE '' = ANY(proargnames) AND pronamespace = $1::regnamespace",
                         schema));
}

// PostgreSQL 15.20 gives such a table no new column.
TEST(StorageMigrations, NoFunctionTakesOrGivesARowOfATable) {
  apply(storage::read_migrations(e2e::setting("TICKETD_MIGRATIONS_DIR")));
  LONGS_EQUAL(0, sql_number(R"(
    SELECT count(*) FROM pg_proc AS f JOIN pg_class AS t ON t.reltype = ANY (f.proargtypes::oid[] || f.prorettype)
    WHERE f.pronamespace = $1::regnamespace AND t.relkind = 'r')",
                            schema));
}

}  // namespace ticketd::tests
