#include "storage/webhook_deliveries.h"

#include <map>
#include <set>
#include <utility>

#include "base/base64.h"
#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// What a notification to whom the booking belongs is to a webhook; what is not here is none of its business. What
// becomes of an event is news of the event, as its owner is told it, and not of each of its bookings.
#define TYPES                                                                                                       \
  "(VALUES ('booked', 'booking.confirmed'), ('confirmed', 'booking.confirmed'), "                                   \
  "('waitlisted', 'booking.waitlisted'), ('held', 'booking.held'), ('offered', 'booking.held'), "                   \
  "('promoted', 'booking.promoted'), ('booking_changed', 'booking.changed'), "                                      \
  "('cancelled', 'booking.cancelled'), ('never_fits', 'booking.cancelled'), ('line_closed', 'booking.cancelled'), " \
  "('expired', 'booking.expired'), ('rejected', 'booking.rejected')) AS types (kind, type)"

// $1: the time. Events and webhooks are looked up by their keys, however many there seem to be. Of whatever shares a
// time the order of the ids, for want of a better one.
const Statement kTake{"take_event_news", R"(
  WITH next AS (SELECT id FROM notifications WHERE unposted ORDER BY id LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED),
  told AS (UPDATE notifications AS n SET unposted = false FROM next WHERE n.id = next.id
    RETURNING n.id, n.user_id, n.event_id, n.booking_id, n.kind, n.created_at),
  changed AS (DELETE FROM event_news WHERE id = ANY (ARRAY(
      SELECT id FROM event_news ORDER BY created_at, id LIMIT $2 FOR UPDATE SKIP LOCKED)) RETURNING event_id, created_at),
  of_event AS (SELECT event_id, 'event.updated' AS type, created_at FROM changed
    UNION ALL SELECT event_id, CASE kind WHEN 'event_deleted' THEN 'event.cancelled' ELSE 'event.updated' END, created_at
    FROM told WHERE kind IN ('event_updated', 'event_deleted') AND booking_id IS NULL),
  news AS (
    SELECT told.id, told.event_id, type, booking_id, told.created_at
    FROM told JOIN )" TYPES R"( USING (kind) JOIN bookings b ON b.id = booking_id AND b.user_id = told.user_id
    UNION ALL SELECT NULL, event_id, type, NULL, max(created_at) FROM of_event GROUP BY event_id, type
    UNION ALL SELECT NULL, event_id, 'event.sold_out', NULL, max(created_at) FROM told WHERE event_id IS NOT NULL GROUP BY event_id)
  SELECT (SELECT count(*) FROM told) AS told, (SELECT count(*) FROM changed) AS changed, e.id AS event_id,
    e.user_id AS owner, type, epoch_ms(news.created_at) AS at_ms, b.id AS booking_id, b.user_id, b.quantity,
    coalesce(b.ticket_type_id, b.event_id) AS ticket_type_id, )" CURRENT_STATE("b", "e",
                                                                               "$1::timestamptz") R"( AS state,
    epoch_ms(CASE WHEN )" IS_HELD("b") " THEN " DEADLINE("b", "e") R"( END) AS expires_ms,
    e.state = 'open' AND e.available_tickets = 0 AS sold_out
  FROM (SELECT) AS always LEFT JOIN (news
    JOIN LATERAL (SELECT * FROM events WHERE id = news.event_id LIMIT 1) AS e ON (type <> 'event.cancelled' OR e.state = 'cancelled')
      AND (SELECT true FROM webhooks w
      WHERE w.user_id = e.user_id AND w.enabled AND (w.event_ids IS NULL OR e.id = ANY (w.event_ids)) LIMIT 1)
    LEFT JOIN bookings b ON b.id = news.booking_id) ON true
  ORDER BY news.created_at, news.id NULLS LAST)"};

// One makes deliveries at a time: else two would read what an event has, and number it in another order.
const Statement kIsAlone{"take_event_news_alone", "SELECT pg_try_advisory_xact_lock(hashtext('event_news'))"};

const Statement kInsertSequences{"insert_webhook_sequences", R"(
  INSERT INTO webhook_sequences (event_id) SELECT id FROM unnest($1::uuid[]) AS ids (id) ORDER BY id ON CONFLICT DO NOTHING)"};
const Statement kLockSequences{"lock_webhook_sequences", R"(
  SELECT event_id, seq, sold_out FROM webhook_sequences WHERE event_id = ANY ($1::uuid[]) ORDER BY event_id FOR UPDATE)"};
const Statement kUpdateSequences{"update_webhook_sequences", R"(
  UPDATE webhook_sequences AS s SET seq = n.seq, sold_out = n.sold_out
  FROM unnest($1::uuid[], $2::bigint[], $3::boolean[]) AS n (id, seq, sold_out)
  WHERE s.event_id = n.id AND (s.seq, s.sold_out) <> (n.seq, n.sold_out))"};

const Statement kInsert{"insert_webhook_deliveries", R"(
  WITH made AS (SELECT d.*, row_number() OVER (PARTITION BY webhook_id ORDER BY n) AS turn
    FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::timestamptz[])
      WITH ORDINALITY AS d (id, webhook_id, type, event_id, body, created_at, n)),
  waiting AS (SELECT webhook_id, (SELECT count(*) FROM (SELECT FROM webhook_deliveries d
      WHERE d.webhook_id = made.webhook_id AND state = 'waiting' LIMIT 10000) AS those) AS count FROM made GROUP BY webhook_id)
  INSERT INTO webhook_deliveries (id, webhook_id, type, event_id, body, state, due_at, error, created_at, updated_at)
  SELECT id, webhook_id, type, event_id, body, CASE WHEN why IS NULL THEN 'waiting' ELSE 'failed' END,
    CASE WHEN why IS NULL THEN $7::timestamptz END, why, created_at, $7
  FROM made JOIN waiting USING (webhook_id), LATERAL (SELECT CASE WHEN created_at < $8 THEN 'nobody posted it in time'
    WHEN count + turn > 10000 THEN 'too many waited for this webhook' END AS why) AS reason)"};

// From one webhook that waits to the next one, by the index: what waits may be ten thousand of one of them.
#define WAITING                                                                                                   \
  "WITH RECURSIVE waiting (webhook_id) AS ("                                                                      \
  "(SELECT webhook_id FROM webhook_deliveries WHERE state = 'waiting' ORDER BY webhook_id LIMIT 1) "              \
  "UNION ALL SELECT (SELECT d.webhook_id FROM webhook_deliveries d WHERE d.state = 'waiting' AND d.webhook_id > " \
  "waiting.webhook_id ORDER BY d.webhook_id LIMIT 1) FROM waiting WHERE waiting.webhook_id IS NOT NULL), "

// Under way are those of all processes: of a webhook and of its owner. Owners take turns, each with what of his is due
// first. What others have taken meanwhile is left out.
const Statement kClaim{"claim_webhook_deliveries", WAITING R"(
  leased AS MATERIALIZED (SELECT webhook_id, user_id, count(*) AS leased FROM webhook_deliveries d,
      LATERAL (SELECT user_id FROM webhooks WHERE id = d.webhook_id LIMIT 1) AS w
    WHERE state = 'waiting' AND attempts > 0 AND error IS NULL AND due_at > $1 GROUP BY webhook_id, user_id),
  due AS (SELECT d.id, d.due_at, w.url, w.secret, w.previous_secret, w.previous_until, w.failing_since,
      row_number() OVER (PARTITION BY w.user_id ORDER BY d.due_at, d.id)
        + coalesce((SELECT sum(leased) FROM leased WHERE leased.user_id = w.user_id), 0) AS turn
    FROM waiting, LATERAL (SELECT * FROM webhooks WHERE id = waiting.webhook_id AND enabled LIMIT 1) AS w,
      LATERAL (SELECT o.id, o.due_at FROM webhook_deliveries o
        WHERE o.webhook_id = waiting.webhook_id AND o.state = 'waiting' AND o.due_at <= $1 ORDER BY o.due_at, o.id
        LIMIT greatest(0, CASE WHEN $3::boolean THEN 1 ELSE 4 END - coalesce((SELECT leased FROM leased WHERE leased.webhook_id = w.id), 0))) AS d
    WHERE (w.failing_since IS NOT NULL) = $3 AND coalesce(w.next_try_at <= $1, true)),
  next AS MATERIALIZED (SELECT o.id, url, secret, previous_secret, previous_until, failing_since
    FROM (SELECT * FROM due WHERE turn <= 8 ORDER BY turn, due_at LIMIT $4) AS chosen
      JOIN webhook_deliveries o ON o.id = chosen.id AND o.state = 'waiting' AND o.due_at <= $1 FOR NO KEY UPDATE OF o SKIP LOCKED)
  UPDATE webhook_deliveries AS d SET attempts = attempts + 1, due_at = $2, error = NULL, updated_at = $1
  FROM next WHERE d.id = next.id
  RETURNING d.id, d.webhook_id, url, encode(secret, 'base64') AS secret,
    CASE WHEN previous_until > $1::timestamptz THEN encode(previous_secret, 'base64') END AS previous_secret, d.body, d.attempts,
    epoch_ms(failing_since) AS failing_since_ms)"};

const Statement kUpdate{"update_webhook_delivery", R"(
  UPDATE webhook_deliveries SET state = $2, due_at = $3::timestamptz, status = $4::integer, error = $5, updated_at = $6
  WHERE id = $1 AND state = 'waiting')"};

const Statement kSucceeded{
    "update_webhook_succeeded",
    "UPDATE webhooks SET failing_since = NULL, next_try_at = NULL WHERE id = $1 AND failing_since IS NOT NULL"};
// A tenth of the time that it fails already, for 1 s to 5 min. What failed long ago and was not tried since is another
// failure.
const Statement kFailing{"update_webhook_failing", R"(
  UPDATE webhooks SET failing_since = since, next_try_at = $2::timestamptz + least(greatest(($2 - since) / 10, interval '1 s'), interval '5 min')
  FROM (SELECT CASE WHEN next_try_at > $2::timestamptz - interval '5 days' THEN failing_since ELSE $2 END AS since
        FROM webhooks WHERE id = $1) AS failing
  WHERE id = $1 AND enabled)"};
const Statement kOff{"switch_webhook_off", "SELECT switch_webhook_off($1, $2, $3, $4, $5)"};

constexpr int kAtOnce = 5'000;
const Statement kDelete{"delete_old_deliveries", R"(
  DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(SELECT id FROM webhook_deliveries
    WHERE created_at < $1 AND state <> 'waiting' ORDER BY created_at LIMIT 5000 FOR UPDATE SKIP LOCKED)))"};

const Statement kEnd{"end_deliveries_of_none", WAITING R"(
  off AS (SELECT webhook_id FROM waiting WHERE webhook_id IS NOT NULL
    AND NOT EXISTS (SELECT FROM webhooks w WHERE w.id = webhook_id AND w.enabled))
  UPDATE webhook_deliveries SET state = 'failed', due_at = NULL, error = 'the webhook was switched off', updated_at = $1
  WHERE id = ANY (ARRAY(SELECT d.id FROM off, LATERAL (SELECT id FROM webhook_deliveries
    WHERE webhook_id = off.webhook_id AND state = 'waiting' LIMIT 5000) AS d LIMIT 5000)))"};

#define COLUMNS                                                                                                    \
  "id, type, event_id, body, state, attempts, epoch_ms(due_at) AS due_ms, status, error, epoch_ms(created_at) AS " \
  "created_ms, "                                                                                                   \
  "epoch_ms(updated_at) AS updated_ms"
#define NEWEST_FIRST "AND (created_at, id) < ($2, $3::uuid) ORDER BY created_at DESC, id DESC LIMIT $4"
const Statement kList{"list_deliveries",
                      "SELECT " COLUMNS " FROM webhook_deliveries WHERE webhook_id = $1 " NEWEST_FIRST};
const Statement kListFailed{"list_failed_deliveries",
                            "SELECT " COLUMNS
                            " FROM webhook_deliveries WHERE webhook_id = $1 AND state = 'failed' " NEWEST_FIRST};
const Statement kListOfState{"list_deliveries_of_state",
                             "SELECT " COLUMNS
                             " FROM webhook_deliveries WHERE webhook_id = $1 AND state = $5 " NEWEST_FIRST};
const Statement kFind{"find_delivery", "SELECT " COLUMNS " FROM webhook_deliveries WHERE webhook_id = $1 AND id = $2"};
const Statement kFindTest{"find_waiting_test", "SELECT " COLUMNS R"( FROM webhook_deliveries
  WHERE webhook_id = $1 AND state = 'waiting' AND type = 'webhook.test' LIMIT 1)"};

#define ANEW \
  "UPDATE webhook_deliveries SET state = 'waiting', attempts = 0, due_at = $2, updated_at = $2 WHERE webhook_id = $1 "
const Statement kRedeliver{"redeliver", ANEW "AND id = $3 RETURNING " COLUMNS};
const Statement kRecover{"recover_deliveries", ANEW R"(AND id = ANY (ARRAY(SELECT id FROM webhook_deliveries
  WHERE webhook_id = $1 AND state = 'failed' AND created_at >= $3 ORDER BY created_at, id LIMIT 10000)))"};

const Statement kCount{"count_unposted", R"(
  SELECT (SELECT count(*) FROM (SELECT FROM notifications WHERE unposted LIMIT 100000) AS news) AS unposted,
    epoch_ms((SELECT created_at FROM notifications WHERE unposted ORDER BY id LIMIT 1)) AS oldest_ms)"};

struct Sequence {
  std::int64_t seq = 0;
  bool sold_out = false;
};

std::map<EventId, Sequence> lock_sequences(pqxx::work& tx, const std::set<EventId>& events) {
  ArrayParameter<EventId> ids;
  for (const auto& id : events) ids.add(id);
  run(tx, kInsertSequences, ids.binary());
  std::map<EventId, Sequence> sequences;
  for (const auto& row : run(tx, kLockSequences, ids.binary()))
    sequences[id_of<EventId>(row["event_id"])] = {row["seq"].as<std::int64_t>(), row["sold_out"].as<bool>()};
  return sequences;
}

void update_sequences(pqxx::work& tx, const std::map<EventId, Sequence>& sequences) {
  ArrayParameter<EventId> ids;
  ArrayParameter<std::int64_t> seqs;
  ArrayParameter<bool> sold_out;
  for (const auto& [id, sequence] : sequences) {
    ids.add(id);
    seqs.add(sequence.seq);
    sold_out.add(sequence.sold_out);
  }
  run(tx, kUpdateSequences, ids.binary(), seqs.binary(), sold_out.binary());
}

EventNews news_of(const pqxx::row& row) {
  EventNews news{
      id_of<EventId>(row["event_id"]), id_of<UserId>(row["owner"]), text_of(row["type"]), {}, time_of(row["at_ms"])};
  if (const auto booking = optional_id<BookingId>(row["booking_id"]))
    news.booking = {*booking,
                    id_of<UserId>(row["user_id"]),
                    text_of(row["state"]),
                    int_of(row["quantity"]),
                    text_of(row["ticket_type_id"]),
                    optional_time(row["expires_ms"])};
  return news;
}

Delivery delivery_of(const pqxx::row& row) {
  return {id_of<DeliveryId>(row["id"]), text_of(row["type"]),        optional_id<EventId>(row["event_id"]),
          text_of(row["body"]),         text_of(row["state"]),       int_of(row["attempts"]),
          optional_time(row["due_ms"]), optional_int(row["status"]), optional_text(row["error"]),
          time_of(row["created_ms"]),   time_of(row["updated_ms"])};
}

std::optional<Delivery> first_of(const pqxx::result& rows) {
  return rows.empty() ? std::nullopt : std::optional(delivery_of(rows[0]));
}

// Of a column encode(…, 'base64').
std::optional<std::string> bytes_of(const pqxx::field& base64) {
  return base64.is_null() ? std::nullopt : bytes_of_base64(text_of(base64));
}

}  // namespace

TakenNews take_event_news(pqxx::work& tx, Time now, int most) {
  if (!run(tx, kIsAlone)[0][0].as<bool>()) return {};
  const auto rows = run(tx, kTake, format_time(now), most);
  TakenNews taken;
  taken.taken = std::max(int_of(rows[0]["told"]), int_of(rows[0]["changed"]));
  std::set<EventId> events;
  for (const auto& row : rows) {
    if (!row["event_id"].is_null()) events.insert(id_of<EventId>(row["event_id"]));
  }
  if (events.empty()) return taken;
  auto sequences = lock_sequences(tx, events);
  for (const auto& row : rows) {
    auto& sequence = sequences.at(id_of<EventId>(row["event_id"]));
    auto news = news_of(row);
    if (news.type == "event.sold_out") {
      const bool was_so = std::exchange(sequence.sold_out, row["sold_out"].as<bool>());
      if (was_so || !sequence.sold_out) continue;
    }
    news.seq = ++sequence.seq;
    taken.news.push_back(std::move(news));
  }
  update_sequences(tx, sequences);
  return taken;
}

void insert_deliveries(pqxx::transaction_base& tx, std::span<const NewDelivery> deliveries, Time now, Time since) {
  ArrayParameter<DeliveryId> ids;
  ArrayParameter<WebhookId> webhooks;
  ArrayParameter<EventId> events;
  ArrayParameter<std::string_view> types, bodies;
  ArrayParameter<Time> created;
  for (const auto& delivery : deliveries) {
    ids.add(delivery.id);
    webhooks.add(delivery.webhook);
    types.add(delivery.type);
    events.add(delivery.event);
    bodies.add(delivery.body);
    created.add(delivery.created_at);
  }
  run(tx, kInsert, ids.binary(), webhooks.binary(), types.binary(), events.binary(), bodies.binary(), created.binary(),
      format_time(now), format_time(since));
}

std::vector<DeliveryTask> claim_deliveries(pqxx::work& tx, Time now, Time until, bool failing, int most) {
  const auto rows = run(tx, kClaim, format_time(now), format_time(until), failing, most);
  return list_of(rows, [](const pqxx::row& row) -> DeliveryTask {
    return {id_of<DeliveryId>(row["id"]),
            id_of<WebhookId>(row["webhook_id"]),
            text_of(row["url"]),
            bytes_of(row["secret"]).value_or(""),
            bytes_of(row["previous_secret"]),
            text_of(row["body"]),
            int_of(row["attempts"]),
            optional_time(row["failing_since_ms"])};
  });
}

void update_delivery(pqxx::work& tx, const DeliveryEnd& end, Time now) {
  const auto due_at = format_time(end.due_at);
  const auto status = end.status ? std::optional(std::to_string(*end.status)) : std::nullopt;
  run(tx, kUpdate, end.id.str(), end.state, or_null(due_at), or_null(status), or_null(end.error), format_time(now));
}

void update_webhook_succeeded(pqxx::work& tx, WebhookId id) { run(tx, kSucceeded, id.str()); }

void update_webhook_failing(pqxx::work& tx, WebhookId id, Time now) { run(tx, kFailing, id.str(), format_time(now)); }

void update_webhook_off(pqxx::work& tx, const DeliveryTask& task, const std::string& reason, const std::string& message,
                        Time now) {
  run(tx, kOff, task.webhook.str(), task.url, reason, message, format_time(now));
}

bool delete_old_deliveries(pqxx::transaction_base& tx, Time before, Time now) {
  const auto ended = run(tx, kEnd, format_time(now)).affected_rows();
  return run(tx, kDelete, format_time(before)).affected_rows() == kAtOnce || ended == kAtOnce;
}

std::vector<Delivery> list_deliveries(pqxx::transaction_base& tx, WebhookId webhook,
                                      const std::optional<std::string>& state, const std::optional<Cursor>& after,
                                      int limit) {
  const auto [time, id] = behind(after);
  if (state == "failed") return list_of(run(tx, kListFailed, webhook.str(), time, id, limit), delivery_of);
  return list_of(state ? run(tx, kListOfState, webhook.str(), time, id, limit, *state)
                       : run(tx, kList, webhook.str(), time, id, limit),
                 delivery_of);
}

std::optional<Delivery> find_delivery(pqxx::transaction_base& tx, WebhookId webhook, DeliveryId id) {
  return first_of(run(tx, kFind, webhook.str(), id.str()));
}

std::optional<Delivery> find_waiting_test(pqxx::transaction_base& tx, WebhookId webhook) {
  return first_of(run(tx, kFindTest, webhook.str()));
}

std::optional<Delivery> update_delivery_due(pqxx::transaction_base& tx, WebhookId webhook, DeliveryId id, Time now) {
  return first_of(run(tx, kRedeliver, webhook.str(), format_time(now), id.str()));
}

int update_failed_due(pqxx::transaction_base& tx, WebhookId webhook, Time since, Time now) {
  return static_cast<int>(run(tx, kRecover, webhook.str(), format_time(now), format_time(since)).affected_rows());
}

WebhookCounts count_unposted(pqxx::transaction_base& tx) {
  const auto rows = run(tx, kCount);
  return {rows[0]["unposted"].as<std::int64_t>(), optional_time(rows[0]["oldest_ms"])};
}

}  // namespace ticketd::storage
