// Migrations beside a service that goes on: long transactions, large tables, and migrations that were stopped.
#include <future>

#include "migration_rig.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageMigrationsBeside, MigrationTest) {
  const std::string kOutside = "--! outside a transaction\n";
  const Migration shelf{1, "shelf",
                        "CREATE TABLE shelf (id int, place int); INSERT INTO shelf SELECT generate_series(1, 12000)",
                        "hash 1"};
  const Migration column{2, "column", "ALTER TABLE shelf ADD COLUMN name text", "hash 2"};
  const Migration index{
      2, "index",
      kOutside + "-- serves a test\nCREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS shelf_ids ON shelf (id);\n",
      "hash 2"};
  const Migration places{2, "places",
                         "--! in pieces of shelf by id\n"
                         "UPDATE shelf SET place = id WHERE id BETWEEN $1 AND $2 AND place IS NULL;\n",
                         "hash 2"};

  void setup() override {
    MigrationTest::setup();
    apply({shelf});
  }
  // In the background; gives what it throws.
  static std::future<std::string> begin(Session & session, const std::vector<Migration>& migrations,
                                        const MigrationOptions& options = {}) {
    return std::async(std::launch::async,
                      [&session, migrations, options] { return fault_of(session, migrations, options); });
  }
  // Beside a transaction that stays open.
  void expect_end_and_name_of_reader(const Migration& migration) const {
    LongReader reader(schema, "shelf");
    Session migrator(schema);
    const auto fault = fault_of(migrator, {shelf, migration}, {.patience = std::chrono::milliseconds(100)});
    expect_contains("migration 2 (" + migration.name + ") got no lock", fault);
    expect_contains("(process " + std::to_string(reader.session.get().backendpid()) + ")", fault);
  }
  std::int64_t count(const std::string& what) const {
    return sql_number("SELECT count(*) FROM " + schema + "." + what);
  }
  bool is_valid(const std::string& name) const {
    return sql_number("SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid = to_regclass($1)",
                      schema + "." + name) == 1;
  }
};

TEST(StorageMigrationsBeside, ALongReaderKeepsNobodyElseWaiting) {
  std::atomic<int> tries = 0;
  Session migrator(schema), other(schema);
  std::future<std::string> fault;
  {
    LongReader reader(schema, "shelf");
    fault = begin(migrator, {shelf, column}, {.news = [&](const auto&) { ++tries; }});
    CHECK(await_blocked(migrator.get().backendpid()));
    other.exec("SET statement_timeout = 2000");
    while (tries < 2) LONGS_EQUAL(12'000, other.exec("SELECT count(*) FROM shelf")[0][0].as<int>());
  }
  expect_text("", fault.get());
  LONGS_EQUAL(0, count("shelf WHERE name IS NOT NULL"));
}

TEST(StorageMigrationsBeside, EndsWhenTheReaderStaysAndSaysWhoItIs) {
  expect_end_and_name_of_reader(column);
  expect_end_and_name_of_reader(index);  // which waits for it outside a transaction
}

TEST(StorageMigrationsBeside, TriesSeldomWhileTheReaderStays) {
  LongReader reader(schema, "shelf");
  Session migrator(schema);
  int tries = 0;
  const MigrationOptions options{.patience = std::chrono::seconds(3), .news = [&](const auto&) { ++tries; }};
  expect_contains("got no lock", fault_of(migrator, {shelf, column}, options));
  CHECK(tries <= 2);
}

TEST(StorageMigrationsBeside, BuildsAnIndexConcurrently) {
  LONGS_EQUAL(1, apply({shelf, index}));
  CHECK(is_valid("shelf_ids"));
  LONGS_EQUAL(0, apply({shelf, index}));
}

TEST(StorageMigrationsBeside, AnIndexThatWasNotFinishedIsBuiltAnew) {
  Session migrator(schema);
  sql("INSERT INTO " + schema + ".shelf VALUES (1)");
  expect_contains("duplicated", fault_of(migrator, {shelf, index}));
  LONGS_EQUAL(
      1, sql_number("SELECT count(*) FROM pg_class WHERE relname = 'shelf_ids' AND relnamespace = $1::regnamespace",
                    schema));
  sql("DELETE FROM " + schema + ".shelf WHERE ctid = (SELECT max(ctid) FROM " + schema + ".shelf)");
  expect_text("", fault_of(migrator, {shelf, index}));
  CHECK(is_valid("shelf_ids"));
}

TEST(StorageMigrationsBeside, AMigratorThatDiesWhileItBuildsIsFollowedByAnother) {
  LongReader reader(schema, "shelf");
  Session dying(schema), next(schema);
  auto first = begin(dying, {shelf, index});
  CHECK(await_blocked(dying.get().backendpid()));
  CHECK(terminate(dying.get().backendpid()));
  CHECK_FALSE(first.get().empty());
  reader.tx.abort();
  expect_text("", fault_of(next, {shelf, index}));
  CHECK(is_valid("shelf_ids"));
}

TEST(StorageMigrationsBeside, ASecondMigratorDoesNotStopTheFirstFromBuilding) {
  std::promise<void> waits;
  Session first(schema), second(schema);
  std::future<std::string> one, two;
  {
    LongReader reader(schema, "shelf");
    one = begin(first, {shelf, index});
    CHECK(await_blocked(first.get().backendpid()));
    two = begin(second, {shelf, index}, {.news = [&](const auto&) { waits.set_value(); }});
    CHECK(waits.get_future().wait_for(std::chrono::seconds(5)) == std::future_status::ready);
  }
  expect_text("", one.get());
  expect_text("", two.get());
  CHECK(is_valid("shelf_ids"));
}

TEST(StorageMigrationsBeside, RowsAreFilledInPieces) {
  LONGS_EQUAL(1, apply({shelf, places}));
  LONGS_EQUAL(3, sql_number("SELECT count(DISTINCT xmin::text) FROM " + schema + ".shelf WHERE place = id"));
  LONGS_EQUAL(0, count("shelf WHERE place IS NULL"));
}

TEST(StorageMigrationsBeside, PiecesGoOnWhereTheyWereStopped) {
  Session holder(schema), migrator(schema);
  {
    pqxx::work tx(holder.get());
    tx.exec("SELECT FROM shelf WHERE id = 5500 FOR UPDATE");
    expect_contains("got no lock", fault_of(migrator, {shelf, places}, {.patience = std::chrono::milliseconds(100)}));
  }
  LONGS_EQUAL(7'000, count("shelf WHERE place IS NULL"));
  expect_text("", fault_of(migrator, {shelf, places}));
  LONGS_EQUAL(3, sql_number("SELECT count(DISTINCT xmin::text) FROM " + schema + ".shelf WHERE place = id"));
}

}  // namespace ticketd::tests
