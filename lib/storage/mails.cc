#include "storage/mails.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/short_locks.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// Nobody has an address in .invalid (RFC 2606), as deleted accounts do. Whoever reads notifications marks them read:
// those are left for the next time, and nobody waits for anybody.
const Statement kInsert{"insert_mails", R"(
  WITH next AS (SELECT id FROM notifications WHERE untold ORDER BY id LIMIT $3 FOR NO KEY UPDATE SKIP LOCKED),
  told AS (UPDATE notifications AS n SET untold = false FROM next WHERE n.id = next.id
    RETURNING n.id, n.user_id, n.kind, n.created_at),
  made AS (INSERT INTO mails (id, user_id, state, due_at, error, waits_since, created_at, updated_at)
    SELECT told.id, user_id, CASE WHEN late THEN 'failed' ELSE 'waiting' END, CASE WHEN NOT late THEN $1::timestamptz END,
      CASE WHEN late THEN 'no messenger ran in time' END, $1, told.created_at, $1
    FROM told JOIN users u ON u.id = user_id, LATERAL (SELECT told.created_at < $2 AS late) AS age
    WHERE kind = ANY ($4::text[]) AND u.email NOT LIKE '%.invalid' ON CONFLICT (id) DO NOTHING)
  SELECT count(*) FROM told)"};

const Statement kClaim{"claim_mail", R"(
  WITH next AS MATERIALIZED (SELECT id FROM mails WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE mails AS m SET attempts = attempts + 1, due_at = $2, updated_at = $1
  FROM next JOIN notifications n USING (id) JOIN users u ON u.id = n.user_id LEFT JOIN events e ON e.id = n.event_id
  WHERE m.id = next.id
  RETURNING m.id, m.user_id, n.kind, n.message, n.booking_id, u.email, u.name, e.title, e.location,
    local_time(e.start_date_time, e.timezone) AS event_time, m.attempts, epoch_ms(m.created_at) AS created_ms,
    epoch_ms(m.waits_since) AS waits_since_ms)"};

const Statement kSent{"update_mail_sent", R"(
  UPDATE mails SET state = 'sent', due_at = NULL, error = NULL, updated_at = $2 WHERE id = $1)"};
const Statement kFailed{"update_mail_failed", R"(
  UPDATE mails SET state = 'failed', due_at = NULL, error = $2, updated_at = $3 WHERE id = $1 AND state = 'waiting')"};
const Statement kDue{"update_mail_due", R"(
  UPDATE mails SET due_at = $2, attempts = $3, error = $4, updated_at = $5 WHERE id = $1 AND state = 'waiting')"};

#define COLUMNS                                                                                \
  "SELECT m.id, m.state, n.kind, u.email, m.attempts, epoch_ms(m.due_at) AS due_ms, m.error, " \
  "epoch_ms(m.created_at) AS created_ms, epoch_ms(m.updated_at) AS updated_ms FROM "
#define JOINED " AS m JOIN notifications n USING (id) JOIN users u ON u.id = m.user_id "
const Statement kList{"list_mails",
                      COLUMNS "(SELECT * FROM mails WHERE state = $1 ORDER BY updated_at DESC, id DESC LIMIT $2)" JOINED
                              "ORDER BY m.updated_at DESC, m.id DESC"};
const Statement kFind{"find_mail", COLUMNS "mails" JOINED "WHERE m.id = $1"};

const Statement kCount{"count_mails", R"(
  SELECT (SELECT count(*) FROM (SELECT FROM notifications WHERE untold LIMIT 100000) AS news) AS untold,
    count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'failed' AND updated_at > $1::timestamptz - interval '1 day') AS failed_lately,
    epoch_ms(least(min(waits_since) FILTER (WHERE state = 'waiting' AND attempts = 0),
      (SELECT created_at FROM notifications WHERE untold ORDER BY id LIMIT 1))) AS oldest_ms,
    (SELECT error FROM mails WHERE state IN ('waiting', 'failed') AND error IS NOT NULL
      ORDER BY updated_at DESC LIMIT 1) AS error
  FROM mails WHERE state IN ('waiting', 'failed'))"};

#define RETRY "UPDATE mails SET state = 'waiting', attempts = 0, due_at = $1, waits_since = $1, updated_at = $1 "
const Statement kRetry{"retry_mail", RETRY "WHERE id = $2 AND state <> 'sent'"};
const Statement kRetryAll{"retry_mails", RETRY "WHERE state = 'failed' OR (state = 'waiting' AND error IS NOT NULL)"};

const Statement kIsOn{"is_mail_on", R"(
  SELECT pg_get_expr(adbin, adrelid) = 'true' FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
  WHERE adrelid = 'notifications'::regclass AND attname = 'untold')"};

const Statement kGrant{"grant_to_messenger", R"(
  SELECT grant_to_messenger() FROM pg_roles
  WHERE rolname = 'ticketd_messenger' AND NOT has_table_privilege(oid, 'mails', 'INSERT'))"};

const Statement kDeleteOfUser{"delete_mails_of", "DELETE FROM mails WHERE user_id = $1"};

// An operator waits for it.
constexpr std::chrono::seconds kPatience{60};

constexpr int kAtOnce = 5'000;
const Statement kDelete{"delete_ended_mails", R"(
  DELETE FROM mails WHERE id = ANY (ARRAY(
    SELECT id FROM mails WHERE state IN ('sent', 'failed') AND updated_at < $1 LIMIT 5000 FOR UPDATE SKIP LOCKED)))"};

MailEntry entry_of(const pqxx::row& row) {
  return {id_of<NotificationId>(row["id"]),
          text_of(row["state"]),
          text_of(row["kind"]),
          text_of(row["email"]),
          int_of(row["attempts"]),
          optional_time(row["due_ms"]),
          optional_text(row["error"]),
          time_of(row["created_ms"]),
          time_of(row["updated_ms"])};
}

}  // namespace

int insert_mails(pqxx::work& tx, const std::vector<std::string>& kinds, Time now, Time since, int most) {
  ArrayParameter<std::string_view> names;
  for (const auto& kind : kinds) names.add(kind);
  return int_of(run(tx, kInsert, format_time(now), format_time(since), most, names.binary())[0][0]);
}

std::optional<MailTask> claim_mail(pqxx::work& tx, Time now, Time until) {
  const auto rows = run(tx, kClaim, format_time(now), format_time(until));
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return MailTask{id_of<NotificationId>(row["id"]),
                  id_of<UserId>(row["user_id"]),
                  text_of(row["kind"]),
                  text_of(row["message"]),
                  optional_id<BookingId>(row["booking_id"]),
                  text_of(row["email"]),
                  optional_text(row["name"]),
                  text_of(row["title"]),
                  text_of(row["location"]),
                  text_of(row["event_time"]),
                  int_of(row["attempts"]),
                  time_of(row["created_ms"]),
                  time_of(row["waits_since_ms"])};
}

void update_mail_sent(pqxx::work& tx, NotificationId id, Time now) { run(tx, kSent, id.str(), format_time(now)); }

void update_mail_failed(pqxx::work& tx, NotificationId id, const std::string& error, Time now) {
  run(tx, kFailed, id.str(), error, format_time(now));
}

void update_mail_due(pqxx::work& tx, NotificationId id, Time due_at, int attempts, const std::string& error, Time now) {
  run(tx, kDue, id.str(), format_time(due_at), attempts, error, format_time(now));
}

std::vector<MailEntry> list_mails(pqxx::transaction_base& tx, const std::string& state, int most) {
  return list_of(run(tx, kList, state, most), entry_of);
}

std::optional<MailEntry> find_mail(pqxx::transaction_base& tx, NotificationId id) {
  const auto rows = run(tx, kFind, id.str());
  return rows.empty() ? std::nullopt : std::optional(entry_of(rows[0]));
}

MailCounts count_mails(pqxx::transaction_base& tx, Time now) {
  const auto rows = run(tx, kCount, format_time(now));
  const auto row = rows[0];
  return {row["untold"].as<std::int64_t>(),        row["waiting"].as<std::int64_t>(), row["failed"].as<std::int64_t>(),
          row["failed_lately"].as<std::int64_t>(), optional_time(row["oldest_ms"]),   optional_text(row["error"])};
}

int retry_mail(pqxx::transaction_base& tx, NotificationId id, Time now) {
  return static_cast<int>(run(tx, kRetry, format_time(now), id.str()).affected_rows());
}

int retry_mails(pqxx::transaction_base& tx, Time now) {
  return static_cast<int>(run(tx, kRetryAll, format_time(now)).affected_rows());
}

void delete_mails_of(pqxx::transaction_base& tx, UserId user) { run(tx, kDeleteOfUser, user.str()); }

bool is_mail_on(pqxx::transaction_base& tx) { return run(tx, kIsOn)[0][0].as<bool>(); }

void update_mail_on(pqxx::connection& connection, bool on, const std::function<void(const std::string&)>& news) {
  ShortLocks(connection, "ticketctl mail", kPatience, news).run([&] {
    pqxx::nontransaction tx(connection);
    tx.exec(std::string("ALTER TABLE notifications ALTER COLUMN untold SET DEFAULT ") + (on ? "true" : "false"));
  });
}

void grant_to_messenger(pqxx::transaction_base& tx) { run(tx, kGrant); }

bool delete_ended_mails(pqxx::transaction_base& tx, Time before) {
  return run(tx, kDelete, format_time(before)).affected_rows() == kAtOnce;
}

}  // namespace ticketd::storage
