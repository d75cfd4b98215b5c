#include "storage/migrations.h"

#include <algorithm>
#include <map>
#include <stdexcept>
#include <thread>

#include "postgres/errors.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int kMigrateLock = 0x74636b6d;  // "tckm"

// How long a lock is waited for at first, and at most. At most: a vacuum that PostgreSQL began itself gives way to who
// has waited for its deadlock_timeout, a second; and others wait no longer than a caller of DatabasePool::take() does.
constexpr milliseconds kFirstWait{50};
constexpr milliseconds kLongestWait{1'200};
// Others have five sixths of the time for themselves, and more while those go on who were in the way.
constexpr int kPauseFactor = 5;
constexpr int kMostPauses = 5;
constexpr pqxx::result_size_type kPiece = 5'000;
constexpr Clock::duration kLongestPauseBetweenPieces = std::chrono::seconds(1);

const char* const kCreateTable = R"(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    version    integer     CONSTRAINT schema_migrations_pkey PRIMARY KEY,
    name       text        NOT NULL,
    hash       text        NOT NULL,  -- SHA-256 of the file
    applied_at timestamptz NOT NULL DEFAULT now()))";

// Each transaction holds the lock of a virtualxid of its own.
const char* const kOpenTransactions = R"(
  SELECT l.virtualtransaction, l.pid, a.application_name, coalesce(a.usename, 'PostgreSQL itself')
  FROM pg_locks AS l JOIN pg_stat_activity AS a USING (pid)
  WHERE l.locktype = 'virtualxid' AND l.granted AND a.datname = current_database() AND l.pid <> pg_backend_pid())";

std::string seconds_of(milliseconds time) { return std::to_string(time.count() / 1'000) + " s"; }

void set_lock_timeout(pqxx::connection& connection, milliseconds timeout) {
  pqxx::nontransaction(connection).exec("SET lock_timeout = " + std::to_string(timeout.count()));
}

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
      : connection_(connection), migration_(migration), options_(options) {}

  void run() {
    const auto steps = steps_of(migration_);
    for (const auto& step : steps) {
      options_.news(title() + (step.table.empty() ? " outside a transaction" : " in pieces of " + step.table));
      step.table.empty() ? run_outside(step) : run_in_pieces(step);
    }
    with_short_locks([&] {
      pqxx::work tx(connection_);
      if (steps.empty()) tx.exec(migration_.sql);
      execute(tx, "INSERT INTO schema_migrations (version, name, hash) VALUES ($1, $2, $3)", migration_.version,
              migration_.name, migration_.hash);
      tx.commit();
    });
  }

 private:
  using Transactions = std::map<std::string, std::string>;  // who each is, by its virtualtransaction

  [[nodiscard]] std::string title() const {
    return "migration " + std::to_string(migration_.version) + " (" + migration_.name + ")";
  }

  // What runs so locks nobody out while it waits, and building anew what was built is dear: it waits in one go.
  void run_outside(const MigrationStep& step) {
    set_lock_timeout(connection_, options_.patience);
    const auto before = open_transactions();
    try {
      pqxx::nontransaction tx(connection_);
      if (!step.index.empty()) drop_half_built(tx, step.index);
      tx.exec(step.sql);
    } catch (const std::exception&) {
      if (fault_of(std::current_exception()).sqlstate != kLockNotAvailable) throw;
      give_up(still_open(before));
    }
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
      with_short_locks([&] {
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

  template <class Attempt>
  void with_short_locks(Attempt attempt) {
    const auto end = Clock::now() + options_.patience;
    for (auto wait = kFirstWait;; wait = std::min(2 * wait, kLongestWait)) {
      set_lock_timeout(connection_, wait);
      try {
        return attempt();
      } catch (const std::exception& e) {
        const auto fault = fault_of(std::current_exception());
        if (fault.sqlstate != kLockNotAvailable && fault.kind != FaultKind::conflict) throw;
      }
      const auto in_the_way = pause(kPauseFactor * wait);
      if (Clock::now() >= end) give_up(in_the_way);
      options_.news(title() + " waits for a lock" + sentence_of(in_the_way));
    }
  }

  [[noreturn]] void give_up(const Transactions& in_the_way) const {
    throw DatabaseUnavailable(title() + " got no lock within " + seconds_of(options_.patience) +
                              sentence_of(in_the_way));
  }

  // Gives back who had a transaction open all the while: theirs are the locks. While none of these ends, another try
  // would most likely end as the last one did, and keep others waiting again.
  Transactions pause(milliseconds time) {
    auto stayed = open_transactions();
    for (int pauses = 0; pauses < kMostPauses; ++pauses) {
      std::this_thread::sleep_for(time);
      auto open = still_open(stayed);
      const bool one_ended = pauses > 0 && open.size() < stayed.size();
      stayed = std::move(open);
      if (stayed.empty() || one_ended) break;
    }
    return stayed;
  }

  Transactions still_open(Transactions before) {
    const auto now = open_transactions();
    std::erase_if(before, [&](const auto& each) { return !now.contains(each.first); });
    return before;
  }

  static std::string sentence_of(const Transactions& in_the_way) {
    std::string text;
    for (const auto& [transaction, who] : in_the_way) text += (text.empty() ? "; open meanwhile: " : ", ") + who;
    return text;
  }

  Transactions open_transactions() {
    Transactions found;
    for (const auto& row : pqxx::nontransaction(connection_).exec(kOpenTransactions))
      found.emplace(text_of(row[0]), text_of(row[2]) + " of " + text_of(row[3]) + " (process " + text_of(row[1]) + ")");
    return found;
  }

  pqxx::connection& connection_;
  const Migration& migration_;
  const MigrationOptions& options_;
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
