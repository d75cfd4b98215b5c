#include "storage/migrations.h"

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
