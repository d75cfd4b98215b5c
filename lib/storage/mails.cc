#include "storage/mails.h"

#include <array>

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
  made AS (INSERT INTO mails (id, user_id, state, due_at, error, waits_since, created_at, updated_at, is_bulk)
    SELECT told.id, user_id, CASE WHEN late THEN 'failed' ELSE 'waiting' END, CASE WHEN NOT late THEN $1::timestamptz END,
      CASE WHEN late THEN 'no messenger ran in time' END, $1, told.created_at, $1, coalesce(mail_category(kind) <> 'bookings', false)
    FROM told JOIN users u ON u.id = user_id, LATERAL (SELECT told.created_at < $2 AS late) AS age
    WHERE kind = ANY ($4::text[]) AND u.email NOT LIKE '%.invalid' AND (mail_category(kind) = ANY (u.unmailed)) IS NOT TRUE
    ON CONFLICT (id) DO NOTHING)
  SELECT count(*) FROM told)"};

// A link to unsubscribe stands in what many are told.
const Statement kClaim{"claim_mail", R"(
  WITH urgent AS MATERIALIZED (SELECT id FROM mails WHERE state = 'waiting' AND NOT is_bulk AND due_at <= $1
    ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
  other AS MATERIALIZED (SELECT id FROM mails WHERE state = 'waiting' AND due_at <= $1 AND NOT EXISTS (SELECT FROM urgent)
    ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
  next AS (SELECT id FROM urgent UNION ALL SELECT id FROM other)
  UPDATE mails AS m SET attempts = attempts + 1, due_at = $2, updated_at = $1, token_hashes = CASE
    WHEN m.is_bulk THEN m.token_hashes[cardinality(m.token_hashes) - 10:] || $3::bytea
    ELSE m.token_hashes END
  FROM next JOIN notifications n USING (id) JOIN users u ON u.id = n.user_id LEFT JOIN events e ON e.id = n.event_id
    LEFT JOIN bookings b ON b.id = n.booking_id
  WHERE m.id = next.id
  RETURNING m.id, m.user_id, n.kind, n.message, n.arguments, n.booking_id, u.email, u.name, u.language, e.title, e.location,
    local_time(e.start_date_time, e.timezone) AS event_time,
    local_time(n.arguments ->> 'until', e.timezone) AS until, m.is_bulk AS can_stop,
    coalesce(mail_category(n.kind) = ANY (u.unmailed), false) OR n.kind = 'reminder' AND (e.start_date_time > $1 AND e.state = 'open'
      AND b.state = 'confirmed') IS NOT TRUE AS is_moot,
    m.attempts, epoch_ms(m.created_at) AS created_ms, epoch_ms(m.waits_since) AS waits_since_ms)"};

// Half an hour is what a stranger at an open mailbox has; who confirms an address may be on holiday. The account's
// address and not the one that was typed: two of them may look alike to PostgreSQL's lower().
const Statement kClaimAccount{"claim_account_mail", R"(
  WITH next AS MATERIALIZED (SELECT id, kind, address, coalesce(user_id, (
      SELECT u.id FROM users u WHERE lower(u.email) IN (address, lower(normalize(address, NFD)))
      ORDER BY lower(u.email) <> address LIMIT 1)) AS user_id
    FROM account_mails WHERE state = 'waiting' AND due_at <= $1 ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
  UPDATE account_mails AS m SET attempts = attempts + 1, due_at = $2, updated_at = $1, user_id = next.user_id,
    token_hashes = CASE WHEN expires_at > $1 THEN token_hashes[cardinality(token_hashes) - 10:] ELSE '{}' END || $3::bytea,
    expires_at = $1::timestamptz + valid_for
  FROM next LEFT JOIN users u ON u.id = next.user_id AND u.email NOT LIKE '%.invalid' LEFT JOIN (VALUES
    ('reset_password', interval '30 minutes'), ('verify_email', '48 hours'), ('change_email', '48 hours'))
    AS links (kind, valid_for) USING (kind)
  WHERE m.id = next.id
  RETURNING m.id, CASE WHEN m.used_at IS NULL AND m.waits_since > $1::timestamptz - interval '2 days' THEN u.id END AS user_id, m.kind,
    CASE m.kind WHEN 'reset_password' THEN u.email ELSE m.address END AS email, u.language, m.attempts,
    epoch_ms(m.created_at) AS created_ms, epoch_ms(m.waits_since) AS waits_since_ms)"};

// One for each outbox.
using OfOutbox = std::array<Statement, 2>;
const Statement& of(const OfOutbox& statements, Outbox outbox) {
  return statements.at(static_cast<std::size_t>(outbox));
}
#define SENT(table) "UPDATE " table " SET state = 'sent', due_at = NULL, error = NULL, updated_at = $2 WHERE id = $1"
const OfOutbox kSent{{{"update_mail_sent", SENT("mails")}, {"update_account_mail_sent", SENT("account_mails")}}};
#define FAILED(table)                                                  \
  "UPDATE " table                                                      \
  " SET state = 'failed', due_at = NULL, error = $2, updated_at = $3 " \
  "WHERE id = $1 AND state = 'waiting'"
const OfOutbox kFailed{
    {{"update_mail_failed", FAILED("mails")}, {"update_account_mail_failed", FAILED("account_mails")}}};
#define DUE(table)                                                \
  "UPDATE " table                                                 \
  " SET due_at = $2, attempts = $3, error = $4, updated_at = $5 " \
  "WHERE id = $1 AND state = 'waiting'"
const OfOutbox kDue{{{"update_mail_due", DUE("mails")}, {"update_account_mail_due", DUE("account_mails")}}};
const Statement kDropAccount{"update_account_mail_dropped",
                             "UPDATE account_mails SET state = 'nobody', due_at = NULL, updated_at = $2 WHERE id = $1"};
const Statement kDrop{"delete_moot_mail", "DELETE FROM mails WHERE id = $1"};

#define COLUMNS                                                                                                        \
  "SELECT id, state, kind, address, attempts, epoch_ms(due_at) AS due_ms, error, epoch_ms(created_at) AS created_ms, " \
  "epoch_ms(updated_at) AS updated_ms FROM all_mails WHERE "
const Statement kList{"list_mails", COLUMNS "state = $1 ORDER BY updated_at DESC, id DESC LIMIT $2"};
const Statement kFind{"find_mail", COLUMNS "id = $1"};

const Statement kCount{"count_mails", R"(
  SELECT (SELECT count(*) FROM (SELECT FROM notifications WHERE untold LIMIT 100000) AS news) AS untold,
    count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'failed') AS failed,
    count(*) FILTER (WHERE state = 'failed' AND updated_at > $1::timestamptz - interval '1 day') AS failed_lately,
    epoch_ms(least(min(waits_since) FILTER (WHERE state = 'waiting' AND attempts = 0),
      (SELECT created_at FROM notifications WHERE untold ORDER BY id LIMIT 1))) AS oldest_ms,
    (SELECT error FROM all_mails WHERE state IN ('waiting', 'failed') AND error IS NOT NULL
      ORDER BY updated_at DESC LIMIT 1) AS error
  FROM all_mails WHERE state IN ('waiting', 'failed'))"};

#define RETRY(table) \
  "UPDATE " table " SET state = 'waiting', attempts = 0, due_at = $1, waits_since = $1, updated_at = $1 WHERE "
#define ONE "id = $2 AND state IN ('waiting', 'failed')"
#define OF_ACCOUNTS RETRY("account_mails") "created_at > $1::timestamptz - interval '2 days' AND "
const OfOutbox kRetry{{{"retry_mail", RETRY("mails") ONE}, {"retry_account_mail", OF_ACCOUNTS ONE}}};
#define ALL "(state = 'failed' OR (state = 'waiting' AND error IS NOT NULL))"
const OfOutbox kRetryAll{{{"retry_mails", RETRY("mails") ALL}, {"retry_account_mails", OF_ACCOUNTS ALL}}};

const Statement kIsOn{"is_mail_on", "SELECT is_mail_on()"};

const Statement kGrant{"grant_to_messenger", R"(
  SELECT grant_to_messenger() FROM pg_roles
  WHERE rolname = 'ticketd_messenger' AND NOT has_column_privilege(oid, 'users', 'unmailed', 'SELECT'))"};

// An operator waits for it.
constexpr std::chrono::seconds kPatience{60};

constexpr int kAtOnce = 5'000;
#define DELETE(table, condition)                                      \
  "DELETE FROM " table " WHERE id = ANY (ARRAY(SELECT id FROM " table \
  " WHERE state IN ('sent', 'failed', 'nobody') "                     \
  "AND " condition " LIMIT 5000 FOR UPDATE SKIP LOCKED))"
const Statement kDelete{"delete_ended_mails", DELETE("mails", "updated_at < $1")};
const Statement kDeleteAccount{
    "delete_ended_account_mails",
    DELETE("account_mails",
           "updated_at < $1::timestamptz - CASE state WHEN 'nobody' THEN interval '1 day' ELSE '3 days' END")};

MailEntry entry_of(const pqxx::row& row) {
  return {id_of<MailId>(row["id"]),    text_of(row["state"]),      text_of(row["kind"]),
          text_of(row["address"]),     int_of(row["attempts"]),    optional_time(row["due_ms"]),
          optional_text(row["error"]), time_of(row["created_ms"]), time_of(row["updated_ms"])};
}

// What mails of both outboxes have.
MailTask task_of(const pqxx::row& row, Outbox outbox) {
  MailTask task{};
  task.outbox = outbox;
  task.id = id_of<MailId>(row["id"]);
  task.user = optional_id<UserId>(row["user_id"]);
  task.kind = text_of(row["kind"]);
  task.address = text_of(row["email"]);
  task.language = text_of(row["language"]);
  task.attempts = int_of(row["attempts"]);
  task.created_at = time_of(row["created_ms"]);
  task.waits_since = time_of(row["waits_since_ms"]);
  return task;
}

}  // namespace

int insert_mails(pqxx::work& tx, const std::vector<std::string>& kinds, Time now, Time since, int most) {
  ArrayParameter<std::string_view> names;
  for (const auto& kind : kinds) names.add(kind);
  return int_of(run(tx, kInsert, format_time(now), format_time(since), most, names.binary())[0][0]);
}

std::optional<MailTask> claim_mail(pqxx::work& tx, Time now, Time until, const std::string& token_hash) {
  const auto rows = run(tx, kClaim, format_time(now), format_time(until), bytea(token_hash));
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  auto task = task_of(row, Outbox::notifications);
  task.message = text_of(row["message"]);
  task.arguments = text_of(row["arguments"]);
  task.until = text_of(row["until"]);
  task.booking = optional_id<BookingId>(row["booking_id"]);
  task.name = optional_text(row["name"]);
  task.event_title = text_of(row["title"]);
  task.event_location = text_of(row["location"]);
  task.event_time = text_of(row["event_time"]);
  task.can_stop = row["can_stop"].as<bool>();
  task.is_moot = row["is_moot"].as<bool>();
  return task;
}

std::optional<MailTask> claim_account_mail(pqxx::work& tx, Time now, Time until, const std::string& token_hash) {
  const auto rows = run(tx, kClaimAccount, format_time(now), format_time(until), bytea(token_hash));
  if (rows.empty()) return std::nullopt;
  return task_of(rows[0], Outbox::accounts);
}

void update_mail_sent(pqxx::work& tx, const MailTask& task, Time now) {
  run(tx, of(kSent, task.outbox), task.id.str(), format_time(now));
}

void update_mail_failed(pqxx::work& tx, const MailTask& task, const std::string& error, Time now) {
  run(tx, of(kFailed, task.outbox), task.id.str(), error, format_time(now));
}

void update_mail_due(pqxx::work& tx, const MailTask& task, Time due_at, int attempts, const std::string& error,
                     Time now) {
  run(tx, of(kDue, task.outbox), task.id.str(), format_time(due_at), attempts, error, format_time(now));
}

void update_mail_dropped(pqxx::work& tx, const MailTask& task, Time now) {
  if (task.outbox == Outbox::notifications) {
    run(tx, kDrop, task.id.str());
  } else {
    run(tx, kDropAccount, task.id.str(), format_time(now));
  }
}

std::vector<MailEntry> list_mails(pqxx::transaction_base& tx, const std::string& state, int most) {
  return list_of(run(tx, kList, state, most), entry_of);
}

std::optional<MailEntry> find_mail(pqxx::transaction_base& tx, MailId id) {
  const auto rows = run(tx, kFind, id.str());
  return rows.empty() ? std::nullopt : std::optional(entry_of(rows[0]));
}

MailCounts count_mails(pqxx::transaction_base& tx, Time now) {
  const auto rows = run(tx, kCount, format_time(now));
  const auto row = rows[0];
  return {row["untold"].as<std::int64_t>(),        row["waiting"].as<std::int64_t>(), row["failed"].as<std::int64_t>(),
          row["failed_lately"].as<std::int64_t>(), optional_time(row["oldest_ms"]),   optional_text(row["error"])};
}

int retry_mail(pqxx::transaction_base& tx, MailId id, Time now) {
  pqxx::result::size_type rows = 0;
  for (const auto& statement : kRetry) rows += run(tx, statement, format_time(now), id.str()).affected_rows();
  return static_cast<int>(rows);
}

int retry_mails(pqxx::transaction_base& tx, Time now) {
  pqxx::result::size_type rows = 0;
  for (const auto& statement : kRetryAll) rows += run(tx, statement, format_time(now)).affected_rows();
  return static_cast<int>(rows);
}

bool is_mail_on(pqxx::transaction_base& tx) { return run(tx, kIsOn)[0][0].as<bool>(); }

void update_mail_on(pqxx::connection& connection, bool on, const std::function<void(const std::string&)>& news) {
  ShortLocks(connection, "ticketctl mail", kPatience, news).run([&] {
    pqxx::nontransaction tx(connection);
    tx.exec(std::string("ALTER TABLE notifications ALTER COLUMN untold SET DEFAULT ") + (on ? "true" : "false"));
  });
}

void grant_to_messenger(pqxx::transaction_base& tx) { run(tx, kGrant); }

bool delete_ended_mails(pqxx::transaction_base& tx, Time before, Time now) {
  const auto mails = run(tx, kDelete, format_time(before)).affected_rows();
  const auto of_accounts = run(tx, kDeleteAccount, format_time(now)).affected_rows();
  return mails == kAtOnce || of_accounts == kAtOnce;
}

}  // namespace ticketd::storage
