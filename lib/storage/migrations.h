// Applies migrations beside a service that goes on: whoever wants a table meanwhile waits a second at most.
//
// Who waits for the lock of a table keeps everybody waiting who comes later, readers too. So a migration waits for a
// moment only, gives up what it has, lets the others through, and tries again.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "postgres/database.h"
#include "storage/migration_files.h"

namespace ticketd::storage {

struct MigrationStatus {
  Migration migration;
  bool applied = false;
};
// Throws std::runtime_error if an applied file was changed since, or is missing.
std::vector<MigrationStatus> migration_status(pqxx::connection& connection, const std::vector<Migration>& migrations);

struct MigrationOptions {
  // How long a lock is tried for. In an hour that somebody's transaction takes, who waits should rather be told.
  std::chrono::milliseconds patience = std::chrono::minutes(5);
  // Told of what takes time: a sentence for the operator.
  std::function<void(const std::string&)> news = [](const auto&) {};
};

// Applies what is missing under an advisory lock, so that several at once apply each file once. `applied` is told of
// each. Can be called again wherever it ended. Throws as migration_status() and steps_of() do, DatabaseUnavailable when
// the patience is over, or what libpqxx throws; of the failing migration only such steps were done as can be repeated.
void apply_migrations(pqxx::connection& connection, const std::vector<Migration>& migrations,
                      const std::function<void(const Migration&)>& applied, const MigrationOptions& options = {});

}  // namespace ticketd::storage
