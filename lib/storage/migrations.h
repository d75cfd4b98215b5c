// Applies the files of migrations/: NNNN_name.sql, forward only, each in a transaction of its own.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "postgres/database.h"

namespace ticketd::storage {

struct Migration {
  int version = 0;
  std::string name;
  std::string sql;
  std::string hash;  // SHA-256 of the file, hex
};

// The files of `directory` in the order of their versions. Throws std::runtime_error for a name of another form, for
// two files of the same version and for a file that cannot be read.
std::vector<Migration> read_migrations(const std::string& directory);

struct MigrationStatus {
  Migration migration;
  bool applied = false;
};
// Throws std::runtime_error if an applied file was changed since, or is missing.
std::vector<MigrationStatus> migration_status(pqxx::connection& connection, const std::vector<Migration>& migrations);

// Applies what is missing under an advisory lock, so that several at once apply each file once. `applied` is told of
// each. Throws as migration_status() does, or what libpqxx throws; then the failing migration left nothing behind.
void apply_migrations(pqxx::connection& connection, const std::vector<Migration>& migrations,
                      const std::function<void(const Migration&)>& applied);

}  // namespace ticketd::storage
