#include "storage/announcements.h"

#include <algorithm>

#include "domain/message.h"
#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// The fifth newest of a day.
const Statement kLately{"messages_lately", R"(
  SELECT epoch_ms(created_at + interval '24 hours') FROM announcements
  WHERE event_id = $1 AND kind = 'message' AND created_at > $2::timestamptz - interval '24 hours'
  ORDER BY created_at DESC, id DESC OFFSET 4 LIMIT 1)"};

const Statement kInsertMessage{"insert_message", R"(
  INSERT INTO announcements (id, event_id, kind, audience, subject, body, until_seq, created_at, due_at)
  SELECT $1, id, 'message', $3, $4, $5, next_seq, $6::timestamptz, $6::timestamptz FROM events
  WHERE id = $2 AND forgotten_at IS NULL)"};

const Statement kDeleteReminder{"delete_reminder",
                                "DELETE FROM announcements WHERE event_id = $1 AND kind = 'reminder'"};
const Statement kInsertReminder{"insert_reminder", R"(
  INSERT INTO announcements (id, event_id, kind, audience, hours_before, created_at, due_at)
  VALUES ($1, $2, 'reminder', 'confirmed', $3, $4, $5))"};

const Statement kList{"list_announcements", R"(
  SELECT id, event_id, kind, audience, subject, body, hours_before, told, epoch_ms(created_at) AS created_ms,
    epoch_ms(due_at) AS due_ms
  FROM announcements WHERE event_id = $1 AND (created_at, id) < ($2, $3::uuid) ORDER BY created_at DESC, id DESC LIMIT $4)"};

const Statement kLockNext{"lock_next_announcement", R"(
  WITH next AS MATERIALIZED (SELECT * FROM announcements WHERE due_at <= $1 AND shard_of(event_id, $2) = ANY ($3::int[])
    ORDER BY due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
  SELECT a.id, a.event_id, a.kind, a.audience, a.subject, a.body, a.after_seq, coalesce(a.until_seq, e.next_seq) AS until_seq,
    e.title, epoch_ms(e.start_date_time) AS starts_ms, a.kind = 'reminder' AND e.start_date_time <= $1 AS is_late
  FROM next a JOIN events e ON e.id = a.event_id)"};

// due_at: the others have their turn first.
const Statement kAdvance{"advance_announcement", R"(
  UPDATE announcements SET after_seq = $2, until_seq = $3, told = told + $4,
    due_at = CASE WHEN $2::bigint + 1 < $3::bigint AND NOT $5 THEN $6::timestamptz END
  WHERE id = $1)"};

// By the first of their bookings that counts. OFFSET 0: found by their seq, as in bulk_changes.cc.
#define STATE(b) CURRENT_STATE(b, "e", "$7::timestamptz")
const Statement kTell{"tell_announcement", R"(
  WITH piece AS (
    SELECT b.id, b.user_id, b.seq FROM (SELECT * FROM bookings WHERE event_id = $1 AND seq > $2 AND seq < $3 OFFSET 0) AS b
      JOIN events e ON e.id = b.event_id WHERE )" STATE("b") R"( = ANY ($8::text[])),
  told AS (
    INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, arguments, created_at, updated_at)
    SELECT gen_random_uuid(), user_id, $1, id, $4, $5, $6::jsonb, $7, $7 FROM piece
    WHERE NOT EXISTS (SELECT FROM bookings b JOIN events e ON e.id = b.event_id
      WHERE b.event_id = $1 AND b.user_id = piece.user_id AND b.state IN )" LIVE_STATES
                                                             R"( AND b.seq < piece.seq AND )" STATE(
                                                                 "b") R"( = ANY ($8::text[]))
    RETURNING 1)
  SELECT count(*) FROM told)"};

// In the words of domain::BookingState.
std::vector<std::string_view> states_of(const std::string& audience) {
  if (audience == "waiting") return {"waitlisted"};
  if (audience == "all") return {"confirmed", "held", "waitlisted"};
  return {"confirmed"};
}

domain::Message message_of(const pqxx::row& row) {
  const auto title = text_of(row["title"]);
  if (text_of(row["kind"]) == "reminder") return domain::reminder_message(title, time_of(row["starts_ms"]));
  return domain::organiser_message(title, text_of(row["subject"]), text_of(row["body"]));
}

std::optional<int> optional_int(const pqxx::field& field) {
  return field.is_null() ? std::nullopt : std::optional(int_of(field));
}

Announcement announcement_of(const pqxx::row& row) {
  return {id_of<AnnouncementId>(row["id"]),  id_of<EventId>(row["event_id"]), text_of(row["kind"]),
          text_of(row["audience"]),          optional_text(row["subject"]),   optional_text(row["body"]),
          optional_int(row["hours_before"]), row["told"].as<std::int64_t>(),  time_of(row["created_ms"]),
          optional_time(row["due_ms"])};
}

}  // namespace

std::optional<Time> find_next_message_time(pqxx::transaction_base& tx, EventId event, Time now) {
  const auto rows = run(tx, kLately, event.str(), format_time(now));
  return rows.empty() ? std::nullopt : std::optional(time_of(rows[0][0]));
}

bool insert_message(pqxx::work& tx, const Announcement& message) {
  return run(tx, kInsertMessage, message.id.str(), message.event.str(), message.audience, or_null(message.subject),
             or_null(message.text), format_time(message.created_at))
             .affected_rows() == 1;
}

void replace_reminder(pqxx::work& tx, EventId event, const std::optional<Announcement>& reminder) {
  run(tx, kDeleteReminder, event.str());
  if (!reminder) return;
  run(tx, kInsertReminder, reminder->id.str(), event.str(), reminder->hours_before, format_time(reminder->created_at),
      or_null(format_time(reminder->due_at)));
}

std::vector<Announcement> list_announcements(pqxx::transaction_base& tx, EventId event,
                                             const std::optional<Cursor>& after, int limit) {
  const auto time = after ? format_time(after->time) : "infinity";
  const auto id = after ? after->id : Uuid().str();
  return list_of(run(tx, kList, event.str(), time, id, limit), announcement_of);
}

bool announce_next_piece(pqxx::work& tx, const std::set<int>& owned, int shards, Time now, int most) {
  const auto at = format_time(now);
  const auto found = run(tx, kLockNext, at, shards, array_of(owned));
  if (found.empty()) return false;
  const auto& row = found[0];
  const bool is_late = row["is_late"].as<bool>();
  const auto after = row["after_seq"].as<std::int64_t>(), end = row["until_seq"].as<std::int64_t>();
  const auto until = std::min(end, after + most + 1);
  std::int64_t told = 0;
  if (!is_late) {
    const auto message = message_of(row);
    told = run(tx, kTell, text_of(row["event_id"]), after, until, std::string(name_of(message.kind)), message.text,
               message.arguments, at, array_of(states_of(text_of(row["audience"]))))[0][0]
               .as<std::int64_t>();
  }
  run(tx, kAdvance, text_of(row["id"]), until - 1, end, told, is_late, at);
  return true;
}

}  // namespace ticketd::storage
