#include "storage/health.h"

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define MS_OF(time) "(extract(epoch FROM " time ") * 1000)::bigint"

const Statement kHealth{"server_health", R"(
  SELECT split_part(current_setting('server_version'), ' ', 1) AS version,
         current_setting('server_version_num')::int AS version_num, current_user AS who, current_database() AS db,
         current_setting('server_encoding') AS encoding, pg_is_in_recovery() AS is_standby, current_setting('fsync') AS fsync,
         current_setting('synchronous_commit') AS synchronous_commit,
         current_setting('full_page_writes') AS full_page_writes,
         current_setting('max_connections')::int AS max_connections,
         current_setting('superuser_reserved_connections')::int
           + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved,
         (SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND coalesce(backend_type, 'client backend') = 'client backend') AS connections,
         )" MS_OF("pg_postmaster_start_time()") " AS started_ms, " MS_OF("clock_timestamp()") " AS now_ms"};

const Statement kWritable{"is_writable", "SELECT current_setting('transaction_read_only') = 'off'"};

const Statement kSchemaVersion{"schema_version", "SELECT coalesce(max(version), 0) FROM schema_migrations"};

const Statement kSessions{"session_counts", R"(
  SELECT coalesce(nullif(application_name, ''), 'without a name') AS name, count(*) AS sessions
  FROM pg_stat_activity WHERE datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend'
  GROUP BY 1 ORDER BY 2 DESC, 1)"};

// A line of settings for all databases, and one for this one.
const Statement kRoleSettings{"role_settings", R"(
  SELECT rolname, rolconnlimit, setting
  FROM pg_roles r
  LEFT JOIN (SELECT setrole, unnest(setconfig) AS setting FROM pg_db_role_setting
             LEFT JOIN pg_database d ON d.oid = setdatabase WHERE setdatabase = 0 OR datname = current_database()) s
    ON s.setrole = r.oid
  WHERE rolname IN ('ticketd', 'ticketd_api', 'ticketd_worker', 'ticketd_messenger', 'ticketd_webhooks') ORDER BY rolname, setting)"};

const Statement kPublicWriters{"public_writers", R"(
  SELECT count(*) FROM pg_proc
  WHERE pronamespace = 'pg_catalog'::regnamespace AND (proname ~ '^(lo_|loread$|lowrite$)' OR proname = 'pg_logical_emit_message')
    AND has_function_privilege('public', oid, 'EXECUTE'))"};

// Column privileges count: an UPDATE that is granted on some columns alone is one.
const Statement kMissingRights{"missing_rights", R"(
  WITH need (part, relation, rights) AS (VALUES
    ('api', 'users', '{SELECT,INSERT,UPDATE}'), ('api', 'refresh_tokens', '{SELECT,INSERT,UPDATE}'),
    ('api', 'events', '{SELECT,INSERT,UPDATE}'), ('api', 'bookings', '{SELECT}'), ('api', 'commands', '{SELECT}'),
    ('api', 'notifications', '{SELECT,UPDATE}'), ('api', 'dead_letters', '{SELECT}'),
    ('api', 'deleted_users', '{SELECT}'), ('api', 'waiting_blocks', '{SELECT}'), ('api', 'event_words', '{SELECT}'),
    ('api', 'seat_pools', '{SELECT,INSERT}'), ('api', 'ticket_types', '{SELECT,INSERT}'),
    ('worker', 'seat_pools', '{SELECT,INSERT,UPDATE}'), ('worker', 'ticket_types', '{SELECT,INSERT,UPDATE}'),
    ('api', 'idempotency_keys', '{SELECT,INSERT,UPDATE}'),
    ('worker', 'users', '{SELECT}'), ('worker', 'deleted_users', '{SELECT,DELETE}'),
    ('worker', 'events', '{SELECT,UPDATE}'), ('worker', 'turns_due', '{SELECT,INSERT,UPDATE,DELETE}'),
    ('worker', 'bookings', '{SELECT,INSERT,UPDATE}'), ('worker', 'commands', '{SELECT,INSERT}'),
    ('worker', 'bulk_changes', '{SELECT,INSERT,UPDATE}'), ('worker', 'notifications', '{SELECT,INSERT}'), ('worker', 'dead_letters', '{SELECT,INSERT,UPDATE}'),
    ('worker', 'idempotency_keys', '{SELECT,DELETE}'), ('worker', 'refresh_tokens', '{SELECT,DELETE}'),
    ('messenger', 'users', '{SELECT}'), ('messenger', 'notifications', '{SELECT,UPDATE}'),
    ('messenger', 'events', '{SELECT}'), ('messenger', 'bookings', '{SELECT}'), ('messenger', 'seat_pools', '{SELECT}'),
    ('messenger', 'ticket_types', '{SELECT}'), ('messenger', 'bulk_changes', '{SELECT}'), ('messenger', 'waiting_blocks', '{SELECT}'),
    ('messenger', 'mails', '{SELECT,INSERT,UPDATE,DELETE}'), ('messenger', 'account_mails', '{SELECT,UPDATE,DELETE}'),
    ('api', 'account_mails', '{SELECT,INSERT,UPDATE}'),
    ('api', 'mails', '{SELECT}'), ('worker', 'erasures', '{SELECT,UPDATE,DELETE}'),
    ('api', 'doors', '{SELECT,INSERT,UPDATE}'), ('api', 'tickets', '{SELECT,INSERT,UPDATE}'), ('api', 'checkins', '{SELECT}'),
    ('api', 'checkins_at_door', '{SELECT}'), ('worker', 'tickets', '{SELECT}'),
    ('api', 'announcements', '{SELECT,INSERT,UPDATE}'), ('worker', 'announcements', '{SELECT,UPDATE}'),
    ('api', 'webhooks', '{SELECT,INSERT,UPDATE,DELETE}'), ('api', 'webhook_deliveries', '{SELECT,INSERT,UPDATE}'),
    ('webhooks', 'notifications', '{SELECT,UPDATE}'), ('webhooks', 'events', '{SELECT}'), ('webhooks', 'bookings', '{SELECT}'),
    ('webhooks', 'webhooks', '{SELECT,UPDATE}'), ('webhooks', 'webhook_deliveries', '{SELECT,INSERT,UPDATE,DELETE}'),
    ('webhooks', 'webhook_sequences', '{SELECT,INSERT,UPDATE}'), ('webhooks', 'event_news', '{SELECT,UPDATE,DELETE}')),
  part (part, role) AS (
    SELECT p, coalesce((SELECT rolname FROM pg_roles WHERE rolname = 'ticketd_' || p), current_user)
    FROM unnest(ARRAY['api', 'worker', 'messenger', 'webhooks']) p)
  SELECT role, "right", relation FROM need JOIN part USING (part), unnest(rights::text[]) "right"
  WHERE CASE "right" WHEN 'DELETE' THEN has_table_privilege(role, to_regclass(relation)::oid, 'DELETE')
          ELSE has_any_column_privilege(role, to_regclass(relation)::oid, "right") END IS FALSE
  UNION
  SELECT current_user, 'OWNER', relation FROM need JOIN pg_class ON pg_class.oid = to_regclass(relation)
  WHERE NOT pg_has_role(current_user, relowner, 'USAGE')
  UNION
  SELECT role, 'USAGE', 'schema ' || coalesce(current_schema(), 'public') FROM part
  WHERE has_schema_privilege(role, coalesce(current_schema(), 'public'), 'USAGE') IS FALSE
  UNION
  SELECT current_user, 'CREATE', 'schema ' || coalesce(current_schema(), 'public')
  WHERE has_schema_privilege(current_user, coalesce(current_schema(), 'public'), 'CREATE') IS FALSE
  ORDER BY 1, 3, 2)"};

}  // namespace

ServerHealth find_server_health(pqxx::transaction_base& tx) {
  const auto rows = run(tx, kHealth);
  const auto row = rows[0];
  return {text_of(row["version"]),
          int_of(row["version_num"]),
          text_of(row["who"]),
          text_of(row["db"]),
          text_of(row["encoding"]),
          row["is_standby"].as<bool>(),
          text_of(row["fsync"]),
          text_of(row["synchronous_commit"]),
          text_of(row["full_page_writes"]),
          int_of(row["max_connections"]),
          int_of(row["reserved"]),
          int_of(row["connections"]),
          time_of(row["started_ms"]),
          time_of(row["now_ms"])};
}

bool is_writable(pqxx::transaction_base& tx) { return run(tx, kWritable)[0][0].as<bool>(); }

int find_schema_version(pqxx::transaction_base& tx) { return int_of(run(tx, kSchemaVersion)[0][0]); }

std::vector<std::pair<std::string, int>> list_session_counts(pqxx::transaction_base& tx) {
  return list_of(run(tx, kSessions),
                 [](const pqxx::row& row) { return std::pair(text_of(row["name"]), int_of(row["sessions"])); });
}

std::vector<RoleSettings> list_role_settings(pqxx::transaction_base& tx) {
  std::vector<RoleSettings> roles;
  for (const auto& row : run(tx, kRoleSettings)) {
    const auto role = text_of(row["rolname"]);
    if (roles.empty() || roles.back().role != role) roles.push_back({role, {}, int_of(row["rolconnlimit"])});
    if (const auto setting = optional_text(row["setting"])) roles.back().settings.push_back(*setting);
  }
  return roles;
}

int count_public_writers(pqxx::transaction_base& tx) { return int_of(run(tx, kPublicWriters)[0][0]); }

std::vector<MissingRight> list_missing_rights(pqxx::transaction_base& tx) {
  return list_of(run(tx, kMissingRights), [](const pqxx::row& row) -> MissingRight {
    return {text_of(row["role"]), text_of(row["right"]), text_of(row["relation"])};
  });
}

}  // namespace ticketd::storage
