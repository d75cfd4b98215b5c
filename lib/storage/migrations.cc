#include "storage/migrations.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <thread>

#include "postgres/errors.h"
#include "postgres/rows.h"
#include "storage/short_locks.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMigrateLock = 0x74636b6d;  // "tckm"

constexpr pqxx::result_size_type kPiece = 5'000;
constexpr Clock::duration kLongestPauseBetweenPieces = std::chrono::seconds(1);

const char* const kCreateTable = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer     CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text        NOT NULL,
    hash       text        NOT NULL,  -- SHA-256 of the file
    applied_at timestamptz NOT NULL DEFAULT now()))";

// One migrates at a time, and may take as long as it takes to build an index. Asks again and again: who waits within a
// statement has a snapshot, and for the end of all older ones CREATE INDEX CONCURRENTLY waits, so the two would wait
// for each other.
class MigrationLock {
 public:
  MigrationLock(pqxx::connection& connection, const MigrationOptions& options) : connection_(connection) {
    pqxx::nontransaction(connection_).exec("SET statement_timeout = 0");
    for (bool told = false; !take(); told = true) {
      if (!told) options.news("another one migrates; this one goes on when that has ended");
      std::this_thread::sleep_for(milliseconds(100));
    }
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
  bool take() {
    pqxx::nontransaction tx(connection_);
    return tx.exec("SELECT pg_try_advisory_lock(" + std::to_string(kMigrateLock) + ")")[0][0].as<bool>();
  }

  pqxx::connection& connection_;
};

// One migration on its way.
class Application {
 public:
  Application(pqxx::connection& connection, const Migration& migration, const MigrationOptions& options)
      : connection_(connection),
        migration_(migration),
        options_(options),
        title_("migration " + std::to_string(migration.version) + " (" + migration.name + ")"),
        locks_(connection, title_, options.patience, options.news) {}

  void run() {
    const auto steps = steps_of(migration_);
    for (const auto& step : steps) {
      options_.news(title_ + (step.table.empty() ? " outside a transaction" : " in pieces of " + step.table));
      step.table.empty() ? run_outside(step) : run_in_pieces(step);
    }
    locks_.run([&] {
      pqxx::work tx(connection_);
      if (steps.empty()) tx.exec(migration_.sql);
      execute(tx, "INSERT INTO schema_migrations (version, name, hash) VALUES ($1, $2, $3)", migration_.version,
              migration_.name, migration_.hash);
      tx.commit();
    });
  }

 private:
  void run_outside(const MigrationStep& step) {
    locks_.run_patiently([&] {
      pqxx::nontransaction tx(connection_);
      if (!step.index.empty()) drop_half_built(tx, step.index);
      tx.exec(step.sql);
    });
  }

  // One whose building was interrupted has its name, costs each write, and serves no query.
  static void drop_half_built(pqxx::nontransaction& tx, const std::string& index) {
    const auto found =
        tx.exec("SELECT FROM pg_index WHERE NOT indisvalid AND indexrelid = to_regclass('" + index + "')");
    if (!found.empty()) tx.exec("DROP INDEX CONCURRENTLY " + index);
  }

  // In the order of the keys, so that it reads each row once, however many there are and whoever changes them
  // meanwhile. Rests as long as it works: all share the disk.
  void run_in_pieces(const MigrationStep& step) {
    for (auto keys = next_keys(step, ""); !keys.empty();) {
      const auto start = Clock::now();
      const auto first = text_of(keys.front()[0]), last = text_of(keys.back()[0]);
      locks_.run([&] {
        pqxx::nontransaction tx(connection_);
        execute(tx, step.sql, first, last);
      });
      std::this_thread::sleep_for(std::min(Clock::now() - start, kLongestPauseBetweenPieces));
      keys = keys.size() < kPiece ? pqxx::result() : next_keys(step, last);
    }
  }

  pqxx::result next_keys(const MigrationStep& step, const std::string& after) {
    pqxx::nontransaction tx(connection_);
    return tx.exec("SELECT " + step.key + " FROM " + step.table +
                   (after.empty() ? "" : " WHERE " + step.key + " > " + tx.quote(after)) + " ORDER BY 1 LIMIT " +
                   std::to_string(kPiece));
  }

  pqxx::connection& connection_;
  const Migration& migration_;
  const MigrationOptions& options_;
  const std::string title_;
  ShortLocks locks_;
};

}  // namespace

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
                      const std::function<void(const Migration&)>& applied, const MigrationOptions& options) {
  const MigrationLock lock(connection, options);
  pqxx::nontransaction(connection).exec(kCreateTable);
  for (const auto& [migration, is_applied] : migration_status(connection, migrations)) {
    if (is_applied) continue;
    Application(connection, migration, options).run();
    applied(migration);
  }
}

}  // namespace ticketd::storage
