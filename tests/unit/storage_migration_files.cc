// The files of migrations/, and what they say about the way in which they run.
#include "storage/migration_files.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "unit/expect.h"

using namespace ticketd::storage;
using namespace ticketd::tests;
namespace fs = std::filesystem;

TEST_GROUP(ReadMigrations) {
  const fs::path directory = fs::temp_directory_path() / ("ticketd-unit-migrations-" + std::to_string(::getpid()));

  void setup() override { fs::create_directory(directory); }
  void teardown() override { fs::remove_all(directory); }

  void file(const std::string& name, const std::string& text = "SELECT 1;") { std::ofstream(directory / name) << text; }
  std::string refusal() {
    try {
      read_migrations(directory.string());
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return "";
  }
};

TEST(ReadMigrations, FindsNoneInAnEmptyDirectory) { CHECK_TRUE(read_migrations(directory.string()).empty()); }

TEST(ReadMigrations, GivesThemInTheOrderOfTheirVersions) {
  for (const auto* name : {"0010_ten.sql", "0002_two.sql", "0001_the_first.sql"}) file(name);
  const auto migrations = read_migrations(directory.string());
  LONGS_EQUAL(3, migrations.size());
  expect_text("the_first", migrations[0].name);
  LONGS_EQUAL(2, migrations[1].version);
  LONGS_EQUAL(10, migrations[2].version);
}

TEST(ReadMigrations, KeepsTextAndSha256OfEachFile) {
  file("0001_x.sql", "SELECT 1;\n");
  const auto migration = read_migrations(directory.string()).at(0);
  expect_text("SELECT 1;\n", migration.sql);
  expect_text("b4e0497804e46e0a0b0b8c31975b062152d551bac49c3c2e80932567b4085dcd", migration.hash);
}

TEST(ReadMigrations, RefusesANameOfAnotherForm) {
  for (const auto* name : {"1_x.sql", "0001.sql", "0001_.sql", "00001_x.sql", "0001-x.sql", "0001_a-b.sql", "x.sql"}) {
    file(name);
    STRCMP_CONTAINS_TEXT(name, refusal().c_str(), name);
    fs::remove(directory / name);
  }
}

TEST(ReadMigrations, RefusesTwoFilesOfTheSameVersion) {
  file("0001_x.sql");
  file("0001_y.sql");
  expect_contains("version 1", refusal());
}

TEST(ReadMigrations, LeavesOtherFilesAlone) {
  file("README.md");
  file("0001_x.sql~");
  CHECK_TRUE(read_migrations(directory.string()).empty());
}

TEST(ReadMigrations, RefusesWhatCannotBeRead) {
  fs::create_directory(directory / "0001_x.sql");
  CHECK_FALSE(refusal().empty());
  fs::remove_all(directory);
  CHECK_FALSE(refusal().empty());
}

TEST(ReadMigrations, RefusesAFileThatCannotRun) {
  file("0001_x.sql", "--! in peaces\nUPDATE a SET b = 1;\n");
  expect_contains("migration 1 (x): '--! in peaces'", refusal());
}

TEST_GROUP(StepsOfMigrations){
    static std::vector<MigrationStep> steps(const std::string& sql){return steps_of({13, "name", sql, "hash"});
}
static void check_refused(const std::string& sql) { CHECK_THROWS(std::runtime_error, steps(sql)); }
}
;

TEST(StepsOfMigrations, AreATransactionUnlessTheySayOtherwise) {
  CHECK(steps("-- a table\nCREATE TABLE shelf (id int);\nCREATE INDEX shelf_id ON shelf (id);\n").empty());
}

TEST(StepsOfMigrations, HaveAStepBelowEachMark) {
  const auto found =
      steps("-- why\n\n--! in pieces of a by id\nUPDATE a\nSET b = 1;\n--! outside a transaction\nVACUUM a;\n");
  LONGS_EQUAL(2, found.size());
  expect_text("UPDATE a\nSET b = 1;\n", found.at(0).sql);
  expect_text("a", found.at(0).table);
  expect_text("id", found.at(0).key);
  expect_text("", found.at(1).table);
}

TEST(StepsOfMigrations, NameTheIndexThatTheyBuild) {
  const std::string outside = "--! outside a transaction\n";
  expect_text("a_b", steps(outside + "create unique index\n  concurrently if not exists a_b ON a (b);").at(0).index);
  expect_text("", steps(outside + "DROP INDEX CONCURRENTLY IF EXISTS a_b;").at(0).index);
}

TEST(StepsOfMigrations, WithAnUnknownMarkAreRefused) { check_refused("--! in pieces\nUPDATE a SET b = 1;\n"); }

TEST(StepsOfMigrations, WithAStatementBeforeTheFirstMarkAreRefused) {
  check_refused("CREATE TABLE a (b int);\n--! in pieces of a by id\nUPDATE a SET b = 1;\n");
}

TEST(StepsOfMigrations, WithAnIndexThatCannotBeBuiltAgainAreRefused) {
  check_refused("--! outside a transaction\nCREATE INDEX CONCURRENTLY a_b ON a (b);\n");
}
