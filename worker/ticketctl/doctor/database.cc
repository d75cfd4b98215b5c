// doctor: PostgreSQL.
#include <cstdlib>
#include <map>

#include "storage/health.h"
#include "storage/migrations.h"
#include "storage/shard_locks.h"
#include "ticketctl/commands.h"
#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

constexpr int kOldestVersion = 150'000;
constexpr std::int64_t kSkewWarningMs = 2'000;
constexpr std::int64_t kSkewFaultMs = 30'000;

const char* const kConf = "in postgresql.conf (`SHOW config_file`), then `systemctl reload postgresql`";

void check_durability(Findings& findings, const storage::ServerHealth& server) {
  const auto check = [&](const char* name, const std::string& value, const char* danger) {
    const auto setting = std::string("postgresql ") + name;
    if (value != "off") return findings.ok(setting, value);
    findings.fault(setting, std::string("is off: ") + danger,
                   std::string("set ") + name + " = on " + kConf + "; `ALTER ROLE … RESET " + name +
                       "` and `ALTER DATABASE " + server.database + " RESET " + name + "` if it is set there");
  };
  check("fsync", server.fsync, "a crash of the host can destroy the database");
  check("synchronous_commit", server.synchronous_commit,
        "a command is deleted from the queue before its outcome is on disk, a crash can lose bookings");
  check("full_page_writes", server.full_page_writes, "a crash of the host can destroy the database");
}

// Handlers open db_connections each at most; a worker one; and there is ticketctl.
void check_connections(const Visit& visit, const storage::ServerHealth& server, int workers) {
  const auto handlers = static_cast<int>(list_handlers(visit).size());
  const int usable = server.max_connections - server.reserved_connections;
  const int needed = handlers * visit.config().db_connections + std::max(1, workers) + 2;
  const auto found = std::to_string(server.max_connections) + " (" + std::to_string(server.reserved_connections) +
                     " of them reserved), " + std::to_string(server.connections) + " in use, up to " +
                     std::to_string(needed) + " needed: " + std::to_string(handlers) + " handlers × " +
                     std::to_string(visit.config().db_connections) + ", " + std::to_string(workers) +
                     (workers == 1 ? " worker" : " workers") + ", ticketctl";
  const auto remedy = "set max_connections = " + std::to_string(needed + server.reserved_connections + 20) +
                      " in postgresql.conf and `systemctl restart postgresql`, or a smaller TICKETD_DB_CONNECTIONS in "
                      "/etc/ticketd/ticketd.env";
  if (usable < handlers + workers) {
    visit.findings.fault("postgresql max_connections", found, remedy);
  } else if (usable < needed) {
    visit.findings.warning("postgresql max_connections", found, remedy);
  } else {
    visit.findings.ok("postgresql max_connections", found);
  }
}

void check_rights(Findings& findings, pqxx::transaction_base& tx) {
  std::map<std::string, std::string> missing;  // by role
  for (const auto& [role, right, relation] : storage::list_missing_rights(tx)) {
    auto& list = missing[role];
    list.append(list.empty() ? "" : ", ").append(right).append(right == "OWNER" ? " of " : " on ").append(relation);
  }
  for (const auto& [role, list] : missing) {
    findings.fault("postgresql role " + role, "lacks " + list,
                   "`ticketctl migrate` as the owner of the database, which grants what is needed; if nothing is left "
                   "to migrate, GRANT it by hand");
  }
  if (missing.empty()) findings.ok("postgresql roles", "may do what they have to");
  if (storage::count_public_writers(tx) > 0)
    findings.warning("postgresql public rights",
                     "every role may write large objects, or into the WAL, and fill the disk",
                     "`ticketctl setup`, or /usr/lib/ticketd/setup.d/rights.sql in this database, as a superuser");
}

// ticketd names the settings that it needs when it connects; what else stands there nobody has asked for.
void check_role_settings(const Visit& visit, pqxx::transaction_base& tx) {
  auto& findings = visit.findings;
  bool good = true;
  for (const auto& [role, settings, limit] : storage::list_role_settings(tx)) {
    const auto check = "postgresql role " + role;
    std::string list;
    for (const auto& setting : settings) list += (list.empty() ? "" : ", ") + setting;
    if (!list.empty()) {
      findings.warning(check, "has settings of its own: " + list,
                       "`ticketctl setup`, which resets them; what is to count for ticketd, ALTER DATABASE sets");
      good = false;
    }
    if (limit == -1 && role != "ticketd" && visit.installed()) {
      findings.warning(check, "may take every connection, and leave the others none",
                       "`ticketctl setup`, which sets a limit");
      good = false;
    }
  }
  if (good) findings.ok("postgresql role settings", "none that nobody asked for");
}

void check_encoding(Findings& findings, const storage::ServerHealth& server) {
  if (server.encoding == "UTF8") return findings.ok("postgresql encoding", server.encoding);
  findings.fault("postgresql encoding", "is " + server.encoding + ", and names and titles need UTF8",
                 "pg_dump the database, dropdb, `ticketctl setup`, pg_restore; upkeep.md says how");
}

void check_migrations(Findings& findings, pqxx::connection& connection) {
  std::vector<storage::Migration> migrations;
  try {
    migrations = storage::read_migrations(migrations_directory());
  } catch (const std::exception& e) {
    return findings.unknown("postgresql schema", std::string("the migrations cannot be read: ") + e.what());
  }
  try {
    std::string missing;
    for (const auto& [migration, applied] : storage::migration_status(connection, migrations)) {
      if (!applied) missing += (missing.empty() ? "" : ", ") + std::to_string(migration.version) + ' ' + migration.name;
    }
    if (!missing.empty()) return findings.fault("postgresql schema", "missing: " + missing, "`ticketctl migrate`");
    findings.ok("postgresql schema", "all " + std::to_string(migrations.size()) + " migrations are applied");
  } catch (const std::exception& e) {
    findings.fault("postgresql schema", e.what(), "install the version of ticketd that belongs to this database");
  }
}

void check_clock(Findings& findings, Time before, Time at_server, Time after) {
  // It was asked between the two: what lies outside of them is skew.
  const auto skew = std::max<std::int64_t>({0, (before - at_server).count(), (at_server - after).count()});
  const auto found = skew < 100 ? "this host and the database agree"
                                : "this host and the database differ by " + std::to_string(skew) + " ms";
  const auto* remedy = "let both hosts keep time by NTP: `timedatectl set-ntp true`";
  if (skew > kSkewFaultMs) return findings.fault("clock", found, remedy);
  if (skew > kSkewWarningMs) return findings.warning("clock", found, remedy);
  findings.ok("clock", found);
}

void check_server(const Visit& visit, pqxx::connection& connection) {
  auto& findings = visit.findings;
  storage::ServerHealth server;
  Time before, after;
  int workers = 0;
  {
    pqxx::nontransaction tx(connection);
    storage::find_server_health(tx);  // the second time it is prepared, and quick enough to compare clocks
    before = SystemClock().now();
    server = storage::find_server_health(tx);
    after = SystemClock().now();
    workers = static_cast<int>(storage::list_workers(tx).size());
  }
  findings.ok("postgresql", "answers as " + server.user + " in database " + server.database);
  if (server.version_num >= kOldestVersion) {
    findings.ok("postgresql version", server.version);
  } else {
    findings.fault("postgresql version", server.version + " is too old", "upgrade to PostgreSQL 15 or later");
  }
  if (server.is_standby)
    findings.fault("postgresql primary", "this server is a standby: nothing can be written",
                   "let DATABASE_URL point to the primary");
  check_encoding(findings, server);
  check_durability(findings, server);
  check_migrations(findings, connection);
  {
    pqxx::nontransaction tx(connection);
    check_rights(findings, tx);
    check_role_settings(visit, tx);
  }
  check_connections(visit, server, workers);
  check_clock(findings, before, server.now, after);
}

}  // namespace

void check_database(const Visit& visit) {
  if (!visit.usable("DATABASE_URL")) return visit.findings.unknown("postgresql", "DATABASE_URL cannot be used");
  try {
    postgres::DatabaseConnection connection(visit.config().database_url, {"ticketctl"});
    check_server(visit, connection.get());
  } catch (const postgres::DatabaseUnavailable& e) {
    visit.findings.fault("postgresql", std::string("cannot be reached: ") + e.what(),
                         "`systemctl start postgresql`; check DATABASE_URL, pg_hba.conf and the role's password");
  } catch (const std::exception& e) {
    visit.findings.fault("postgresql", std::string("a question was refused: ") + e.what(),
                         "look into PostgreSQL's log: `journalctl -u postgresql*`");
  }
}

}  // namespace ticketd::ctl
