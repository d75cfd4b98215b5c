#include "storage/migrations.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <stdexcept>

#include "base/hex.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

constexpr int kMigrateLock = 0x74636b6d;  // "tckm"

const char* const kCreateTable = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer     CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text        NOT NULL,
    hash       text        NOT NULL,  -- SHA-256 of the file
    applied_at timestamptz NOT NULL DEFAULT now()))";

// One migrates at a time, and may take as long as it takes to build an index.
class MigrationLock {
 public:
  explicit MigrationLock(pqxx::connection& connection) : connection_(connection) {
    pqxx::nontransaction tx(connection_);
    tx.exec("SET statement_timeout = 0");
    tx.exec("SET lock_timeout = 0");
    tx.exec("SELECT pg_advisory_lock(" + std::to_string(kMigrateLock) + ")");
  }
  ~MigrationLock() {
    try {
      pqxx::nontransaction(connection_).exec("SELECT pg_advisory_unlock(" + std::to_string(kMigrateLock) + ")");
    } catch (const std::exception&) {  // the session is gone, and the lock with it
    }
  }
  MigrationLock(const MigrationLock&) = delete;
  MigrationLock& operator=(const MigrationLock&) = delete;

 private:
  pqxx::connection& connection_;
};

std::string sha256_hex(const std::string& text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()), text.size());
  return hex_of(hash);
}

}  // namespace

std::vector<Migration> read_migrations(const std::string& directory) {
  static const std::regex kName(R"((\d{4})_(\w+)\.sql)");
  std::map<int, Migration> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const auto name = entry.path().filename().string();
    if (!name.ends_with(".sql")) continue;
    std::smatch parts;
    if (!std::regex_match(name, parts, kName))
      throw std::runtime_error(name + " is not named like 0001_what_it_does.sql");
    std::ifstream file(entry.path());
    if (!file) throw std::runtime_error(entry.path().string() + " cannot be read");
    std::string sql(std::istreambuf_iterator<char>(file), {});
    Migration migration{std::stoi(parts[1]), parts[2], sql, sha256_hex(sql)};
    const auto version = migration.version;
    if (!found.emplace(version, std::move(migration)).second)
      throw std::runtime_error("two migrations have the version " + std::to_string(version));
  }
  std::vector<Migration> migrations;
  migrations.reserve(found.size());
  for (auto& [version, migration] : found) migrations.push_back(std::move(migration));
  return migrations;
}

std::vector<MigrationStatus> migration_status(pqxx::connection& connection, const std::vector<Migration>& migrations) {
  pqxx::nontransaction tx(connection);
  std::map<int, std::string> applied;
  if (!tx.exec("SELECT to_regclass('schema_migrations')")[0][0].is_null()) {
    for (const auto& row : tx.exec("SELECT version, hash FROM schema_migrations"))
      applied.emplace(int_of(row[0]), text_of(row[1]));
  }
  std::vector<MigrationStatus> list;
  for (const auto& migration : migrations) {
    const auto found = applied.find(migration.version);
    if (found != applied.end() && found->second != migration.hash) {
      throw std::runtime_error(
          "migration " + std::to_string(migration.version) + " (" + migration.name +
          ") was applied and has been changed since; restore the file and put the change into a new one");
    }
    list.push_back({migration, found != applied.end()});
    applied.erase(migration.version);
  }
  if (!applied.empty()) {
    throw std::runtime_error("the database has migration " + std::to_string(applied.rbegin()->first) +
                             ", which this version of ticketd does not know; was it downgraded?");
  }
  return list;
}

void apply_migrations(pqxx::connection& connection, const std::vector<Migration>& migrations,
                      const std::function<void(const Migration&)>& applied) {
  const MigrationLock lock(connection);
  pqxx::nontransaction(connection).exec(kCreateTable);
  for (const auto& [migration, is_applied] : migration_status(connection, migrations)) {
    if (is_applied) continue;
    pqxx::work tx(connection);
    tx.exec(migration.sql);
    tx.exec_params("INSERT INTO schema_migrations (version, name, hash) VALUES ($1, $2, $3)", migration.version,
                   migration.name, migration.hash);
    tx.commit();
    applied(migration);
  }
}

}  // namespace ticketd::storage
