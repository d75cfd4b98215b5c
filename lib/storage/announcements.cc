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

#define COLUMNS                                                                                           \
  "id, event_id, kind, audience, subject, body, hours_before, told, epoch_ms(created_at) AS created_ms, " \
  "epoch_ms(due_at) AS due_ms"
const Statement kSetReminder{"set_reminder", R"(
  INSERT INTO announcements AS a (id, event_id, kind, audience, hours_before, created_at, due_at)
  SELECT $1, e.id, 'reminder', 'confirmed', $3, $4, reminder_due(e.start_date_time, $3, NULL, $4) FROM events e WHERE e.id = $2
  ON CONFLICT (event_id) WHERE kind = 'reminder' DO UPDATE SET hours_before = excluded.hours_before, after_seq = 0, until_seq = NULL,
    runs = a.runs + 1,
    due_at = reminder_due((SELECT start_date_time FROM events WHERE id = $2), excluded.hours_before, a.told_at, $4)
  RETURNING )" COLUMNS};

const Statement kList{"list_announcements", "SELECT " COLUMNS R"( FROM announcements
  WHERE event_id = $1 AND (created_at, id) < ($2, $3::uuid) AND (kind = 'message' OR hours_before IS NOT NULL)
  ORDER BY created_at DESC, id DESC LIMIT $4)"};

// Whose turn it is, in the shards $3 of $2.
#define NEXT                                                                                                         \
  "SELECT * FROM announcements WHERE due_at <= $1 AND shard_of(event_id, $2) = ANY ($3::int[]) ORDER BY due_at, id " \
  "LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED"
const Statement kLockNext{"lock_next_announcement", "WITH next AS MATERIALIZED (" NEXT R"()
  SELECT a.id, a.event_id, a.kind, a.audience, a.subject, a.body, a.hours_before, a.told, epoch_ms(a.created_at) AS created_ms,
    epoch_ms(a.due_at) AS due_ms, a.after_seq, coalesce(a.until_seq, e.next_seq) AS until_seq, a.runs, e.title,
    epoch_ms(e.start_date_time) AS starts_ms, a.kind = 'reminder' AND e.start_date_time <= $1 AS is_late
  FROM next a JOIN events e ON e.id = a.event_id)"};

// What is told from its beginning counts anew: a reminder of another date.
#define TOLD                                                   \
  "told = CASE WHEN after_seq = 0 THEN 0 ELSE told END + $2, " \
  "told_at = CASE WHEN after_seq = 0 THEN $3::timestamptz ELSE told_at END, "
// due_at: the others have their turn first.
const Statement kAdvance{"advance_announcement",
                         "UPDATE announcements SET " TOLD
                         "after_seq = $4, until_seq = $5, due_at = $3 WHERE id = $1 RETURNING told"};
const Statement kEnd{"end_announcement",
                     "UPDATE announcements SET " TOLD
                     "after_seq = 0, until_seq = NULL, runs = runs + 1, due_at = NULL WHERE id = $1 RETURNING told"};
const Statement kTooLate{"end_late_announcement", "UPDATE announcements SET due_at = NULL WHERE id = $1"};

const Statement kDelay{"delay_announcement", "WITH next AS MATERIALIZED (" NEXT R"()
  UPDATE announcements AS a SET due_at = $1::timestamptz + interval '1 minute' FROM next WHERE a.id = next.id)"};

// OFFSET 0: found by their seq, as in bulk_changes.cc.
const Statement kTell{"tell_announcement", R"(
  WITH told AS (
    INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, arguments, created_at, updated_at)
    SELECT announced_id($9, $10, b.user_id), b.user_id, $1, b.id, $4, $5, $6::jsonb, $7, $7
    FROM (SELECT * FROM bookings WHERE event_id = $1 AND seq > $2 AND seq < $3 OFFSET 0) AS b JOIN events e ON e.id = b.event_id
    WHERE )" CURRENT_STATE("b", "e", "$7::timestamptz") R"( = ANY ($8::text[])
    ON CONFLICT (id) DO NOTHING RETURNING 1)
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

Announcement set_reminder(pqxx::work& tx, EventId event, AnnouncementId id, std::optional<int> hours_before, Time now) {
  return announcement_of(run(tx, kSetReminder, id.str(), event.str(), hours_before, format_time(now))[0]);
}

std::vector<Announcement> list_announcements(pqxx::transaction_base& tx, EventId event,
                                             const std::optional<Cursor>& after, int limit) {
  const auto [time, id] = behind(after);
  return list_of(run(tx, kList, event.str(), time, id, limit), announcement_of);
}

std::optional<AnnouncedPiece> announce_next_piece(pqxx::work& tx, const std::set<int>& owned, int shards, Time now,
                                                  int most) {
  const auto at = format_time(now);
  const auto found = run(tx, kLockNext, at, shards, array_of(owned));
  if (found.empty()) return std::nullopt;
  const auto& row = found[0];
  AnnouncedPiece piece{announcement_of(row), 0, true};
  const auto id = piece.of.id.str();
  if (row["is_late"].as<bool>()) {
    run(tx, kTooLate, id);
    return piece;
  }
  const auto after = row["after_seq"].as<std::int64_t>(), end = row["until_seq"].as<std::int64_t>();
  const auto until = std::min(end, after + most + 1);
  const auto message = message_of(row);
  const auto told = run(tx, kTell, piece.of.event.str(), after, until, std::string(name_of(message.kind)), message.text,
                        message.arguments, at, array_of(states_of(piece.of.audience)), id, int_of(row["runs"]))[0][0]
                        .as<std::int64_t>();
  piece.is_last = until >= end;
  const auto in_all = piece.is_last ? run(tx, kEnd, id, told, at) : run(tx, kAdvance, id, told, at, until - 1, end);
  piece.told = in_all[0][0].as<std::int64_t>();
  return piece;
}

void delay_announcement(pqxx::transaction_base& tx, const std::set<int>& owned, int shards, Time now) {
  run(tx, kDelay, format_time(now), shards, array_of(owned));
}

}  // namespace ticketd::storage
