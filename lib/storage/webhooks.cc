#include "storage/webhooks.h"

#include <array>

#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/short_locks.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// As in the constraint webhooks_types.
constexpr std::array<std::string_view, 11> kTypes = {"booking.confirmed", "booking.waitlisted", "booking.held",
                                                     "booking.promoted",  "booking.changed",    "booking.cancelled",
                                                     "booking.expired",   "booking.rejected",   "event.updated",
                                                     "event.cancelled",   "event.sold_out"};

// Arrays as text with a comma between: neither a type nor an id has one.
#define COLUMNS                                                                                            \
  "id, user_id, url, array_to_string(types, ',') AS types, array_to_string(event_ids, ',') AS event_ids, " \
  "epoch_ms(previous_until) AS previous_until_ms, enabled, disabled_reason, epoch_ms(failing_since) AS "   \
  "failing_since_ms, epoch_ms(created_at) AS created_ms, epoch_ms(updated_at) AS updated_ms"

const Statement kInsert{"insert_webhook", R"(
  INSERT INTO webhooks (id, user_id, url, types, event_ids, secret, enabled, created_at, updated_at)
  SELECT $1::uuid, $2::uuid, $3, $4::text[], $5::uuid[], $6::bytea, $9, $7, $7
  WHERE (SELECT count(*) FROM webhooks WHERE user_id = $2) < $8)"};

const Statement kList{"list_webhooks",
                      "SELECT " COLUMNS " FROM webhooks WHERE user_id = $1 ORDER BY created_at DESC, id DESC"};
const Statement kListEnabled{"list_enabled_webhooks",
                             "SELECT " COLUMNS " FROM webhooks WHERE user_id = ANY ($1::uuid[]) AND enabled"};
#define FIND "SELECT " COLUMNS " FROM webhooks WHERE id = $1 AND user_id = $2"
const Statement kFind{"find_webhook", FIND};
const Statement kLock{"lock_webhook", FIND " FOR NO KEY UPDATE"};

// Whoever turns one on again, or has it go elsewhere, begins anew.
const Statement kUpdate{"update_webhook", R"(
  UPDATE webhooks SET url = coalesce($3, url), types = coalesce($4::text[], types),
    event_ids = CASE WHEN $5::boolean THEN $6::uuid[] ELSE event_ids END, enabled = coalesce($7, enabled),
    disabled_reason = CASE WHEN $7 IS NULL THEN disabled_reason END,
    failing_since = CASE WHEN $7 IS NULL AND $3 IS NULL THEN failing_since END,
    next_try_at = CASE WHEN $7 IS NULL AND $3 IS NULL THEN next_try_at END, updated_at = $8
  WHERE id = $1 AND user_id = $2 RETURNING )" COLUMNS};

const Statement kUpdateSecret{
    "update_webhook_secret",
    "UPDATE webhooks SET secret = $3::bytea, updated_at = $4 WHERE id = $1 AND user_id = $2 RETURNING " COLUMNS};

const Statement kDelete{"delete_webhook", "DELETE FROM webhooks WHERE id = $1 AND user_id = $2"};

const Statement kOwnsAll{"owns_all_events", R"(
  SELECT NOT EXISTS (SELECT FROM unnest($2::uuid[]) AS wanted (id)
    WHERE NOT EXISTS (SELECT FROM events e WHERE e.id = wanted.id AND e.user_id = $1)))"};

const Statement kListAll{"list_all_webhooks", "SELECT " COLUMNS R"(,
    (SELECT count(*) FROM webhook_deliveries WHERE webhook_id = webhooks.id AND state = 'waiting') AS waiting
  FROM webhooks ORDER BY created_at DESC, id DESC LIMIT $1)"};

const Statement kAreOn{"are_webhooks_on", "SELECT are_webhooks_on()"};

const Statement kGrant{"grant_to_webhooks", R"(
  SELECT grant_to_webhooks() FROM pg_roles
  WHERE rolname = 'ticketd_webhooks' AND NOT has_table_privilege(oid, 'event_news', 'DELETE'))"};

// An operator waits for it.
constexpr std::chrono::seconds kPatience{60};

Webhook webhook_of(const pqxx::row& row) {
  return {id_of<WebhookId>(row["id"]),
          id_of<UserId>(row["user_id"]),
          text_of(row["url"]),
          words_of(row["types"]),
          optional_ids<EventId>(row["event_ids"]),
          optional_time(row["previous_until_ms"]),
          row["enabled"].as<bool>(),
          optional_text(row["disabled_reason"]),
          optional_time(row["failing_since_ms"]),
          time_of(row["created_ms"]),
          time_of(row["updated_ms"])};
}

std::optional<Webhook> first_of(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(webhook_of(rows[0]));
}

// As PostgreSQL reads an array; null for empty.
std::optional<std::string> array_text(const std::optional<std::vector<std::string>>& words) {
  if (!words) return std::nullopt;
  std::string text = "{";
  for (const auto& word : *words) text += (text.size() > 1 ? "," : "") + word;
  return text + '}';
}

std::optional<std::string> array_text(const std::optional<std::vector<EventId>>& ids) {
  if (!ids) return std::nullopt;
  std::vector<std::string> words;
  for (const auto& id : *ids) words.push_back(id.str());
  return array_text(std::optional(words));
}

}  // namespace

std::span<const std::string_view> webhook_types() { return kTypes; }

bool insert_webhook(pqxx::work& tx, const Webhook& webhook, const std::string& secret, int most) {
  const auto types = array_text(std::optional(webhook.types)), events = array_text(webhook.events);
  return run(tx, kInsert, webhook.id.str(), webhook.owner.str(), webhook.url, or_null(types), or_null(events),
             bytea(secret), format_time(webhook.created_at), most, webhook.enabled)
             .affected_rows() == 1;
}

std::vector<Webhook> list_webhooks(pqxx::transaction_base& tx, UserId owner) {
  return list_of(run(tx, kList, owner.str()), webhook_of);
}

std::vector<Webhook> list_enabled_webhooks(pqxx::transaction_base& tx, std::span<const UserId> owners) {
  ArrayParameter<UserId> ids;
  for (const auto& id : owners) ids.add(id);
  return list_of(run(tx, kListEnabled, ids.binary()), webhook_of);
}

std::optional<Webhook> find_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner) {
  return first_of(run(tx, kFind, id.str(), owner.str()));
}

std::optional<Webhook> lock_webhook(pqxx::work& tx, WebhookId id, UserId owner) {
  return first_of(run(tx, kLock, id.str(), owner.str()));
}

std::optional<Webhook> update_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner,
                                      const WebhookChanges& changes, Time now) {
  const auto types = array_text(changes.types);
  const auto events = changes.events ? array_text(*changes.events) : std::nullopt;
  const char* const enabled = !changes.enabled ? nullptr : *changes.enabled ? "true" : "false";
  return first_of(run(tx, kUpdate, id.str(), owner.str(), or_null(changes.url), or_null(types),
                      changes.events.has_value(), or_null(events), enabled, format_time(now)));
}

std::optional<Webhook> update_webhook_secret(pqxx::transaction_base& tx, WebhookId id, UserId owner,
                                             const std::string& secret, Time now) {
  return first_of(run(tx, kUpdateSecret, id.str(), owner.str(), bytea(secret), format_time(now)));
}

bool delete_webhook(pqxx::transaction_base& tx, WebhookId id, UserId owner) {
  return run(tx, kDelete, id.str(), owner.str()).affected_rows() == 1;
}

bool owns_all(pqxx::transaction_base& tx, UserId user, const std::vector<EventId>& events) {
  ArrayParameter<EventId> ids;
  for (const auto& id : events) ids.add(id);
  return run(tx, kOwnsAll, user.str(), ids.binary())[0][0].as<bool>();
}

std::vector<WebhookEntry> list_all_webhooks(pqxx::transaction_base& tx, int most) {
  return list_of(run(tx, kListAll, most), [](const pqxx::row& row) -> WebhookEntry {
    return {webhook_of(row), row["waiting"].as<std::int64_t>()};
  });
}

bool are_webhooks_on(pqxx::transaction_base& tx) { return run(tx, kAreOn)[0][0].as<bool>(); }

void update_webhooks_on(pqxx::connection& connection, bool on, const std::function<void(const std::string&)>& news) {
  ShortLocks(connection, "ticketctl webhooks", kPatience, news).run([&] {
    pqxx::nontransaction tx(connection);
    tx.exec(std::string("ALTER TABLE notifications ALTER COLUMN unposted SET DEFAULT ") + (on ? "true" : "false"));
  });
}

void grant_to_webhooks(pqxx::transaction_base& tx) { run(tx, kGrant); }

}  // namespace ticketd::storage
