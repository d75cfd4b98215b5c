// What PostgreSQL says about itself: for `ticketctl doctor` and `ticketctl status`. Needs no schema of ours.
#pragma once
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct ServerHealth {
  std::string version;  // "15.14"
  int version_num = 0;  // 150014
  std::string user;     // the role that asks
  std::string database;
  std::string encoding;  // of the database: UTF8
  bool is_standby = false;
  std::string fsync;  // the three as SHOW gives them, for this role in this database
  std::string synchronous_commit;
  std::string full_page_writes;
  int max_connections = 0;
  int reserved_connections = 0;  // of these, for superusers alone
  int connections = 0;           // in use, of all databases
  Time started_at;
  Time now;  // by the server's clock
};
ServerHealth find_server_health(pqxx::transaction_base& tx);

// False on a standby, and where somebody made transactions read-only.
bool is_writable(pqxx::transaction_base& tx);

// The version of the newest migration that was applied, 0 if there is none.
int find_schema_version(pqxx::transaction_base& tx);

// Client sessions of this database, by application name, the most first.
std::vector<std::pair<std::string, int>> list_session_counts(pqxx::transaction_base& tx);

// The settings and the bound on connections of our roles, which count for each of their sessions in this database.
struct RoleSettings {
  std::string role;
  std::vector<std::string> settings;  // default_transaction_read_only=on
  int connection_limit = -1;          // -1: none
};
// Of those of ticketd, ticketd_api and ticketd_worker that there are.
std::vector<RoleSettings> list_role_settings(pqxx::transaction_base& tx);

// What every role may do in this database with which it can fill the disk: systemd/setup/rights.sql takes it away.
int count_public_writers(pqxx::transaction_base& tx);

struct MissingRight {
  std::string role;
  std::string right;     // SELECT, …, USAGE; OWNER and CREATE of the role that asks, for migrations
  std::string relation;  // or schema
};
// What handlers and workers do in the database, and may not. Looked up for the roles ticketd_api and ticketd_worker, or
// for the role that asks where they don't exist. Tables that don't exist are left out.
std::vector<MissingRight> list_missing_rights(pqxx::transaction_base& tx);

}  // namespace ticketd::storage
