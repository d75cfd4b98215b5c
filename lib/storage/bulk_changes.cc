#include "storage/bulk_changes.h"

#include <algorithm>

#include "domain/message.h"
#include "postgres/array_parameter.h"
#include "postgres/rows.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsert{"insert_bulk_change", R"(
  INSERT INTO bulk_changes AS b (event_id, kind, until_seq, told, decided_at, due_at) VALUES ($1, $2, $3, $4, $5, $5)
  ON CONFLICT (event_id, kind) DO UPDATE SET until_seq = excluded.until_seq, told = excluded.told,
    decided_at = excluded.decided_at, done_at = NULL,
    after_seq = CASE b.kind WHEN 'tell_moved' THEN 0 ELSE b.after_seq END,
    due_at = CASE WHEN b.kind <> 'tell_moved' THEN excluded.due_at
                  WHEN b.after_seq = 0 AND b.done_at IS NULL THEN b.due_at
                  ELSE greatest(excluded.due_at, b.due_at + interval '10 minutes') END)"};

const Statement kLockNext{"lock_next_bulk_change", R"(
  SELECT b.event_id, b.kind, b.after_seq, b.until_seq, b.told, epoch_ms(b.decided_at) AS decided_ms, e.title, e.state,
         epoch_ms(e.start_date_time) AS starts_ms, epoch_ms(e.end_date_time) AS ends_ms
  FROM bulk_changes b JOIN events e ON e.id = b.event_id
  WHERE b.done_at IS NULL AND b.due_at <= $1 AND shard_of(b.event_id, $2) = ANY ($3::int[])
  ORDER BY b.due_at, b.event_id, b.kind LIMIT 1 FOR NO KEY UPDATE OF e)"};

// due_at: the others have their turn first.
const Statement kAdvance{"advance_bulk_change", R"(
  UPDATE bulk_changes SET after_seq = $3, due_at = $4, done_at = CASE WHEN $3::bigint + 1 >= until_seq THEN $4::timestamptz END
  WHERE event_id = $1 AND kind = $2)"};

// Those in the states with a seq in ($2, $3). OFFSET 0: found by their seq, whatever their states are; another index
// has all live bookings of the event, and each piece would read them all.
#define PIECE(states)                                                                                               \
  "SELECT id, user_id FROM (SELECT id, user_id, state FROM bookings WHERE event_id = $1 AND seq > $2 AND seq < $3 " \
  "OFFSET 0) AS piece WHERE state IN " states

// And what they are told, if they are. gen_random_uuid: these ids come by the thousand and are not known before the
// statement runs.
#define TELL_THEM(whom)                                                                                              \
  "INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, arguments, created_at, updated_at) " \
  "SELECT gen_random_uuid(), user_id, $1, id, $4, $5, '{}', $6, $6 FROM " whom " WHERE $7::boolean"

const Statement kCancel{"cancel_piece", "WITH piece AS (" PIECE(LIVE_STATES) R"(), gone AS (
    UPDATE bookings SET state = 'cancelled', held_until = NULL, updated_at = $6, cancelled_at = $8 FROM piece WHERE bookings.id = piece.id)
  )" TELL_THEM("piece")};

const Statement kEndWaiting{"end_waiting_piece", "WITH piece AS (" PIECE("('waitlisted')") R"(), gone AS (
    UPDATE bookings SET state = 'cancelled', reason = 'line_closed', updated_at = $6, cancelled_at = $8
    FROM piece WHERE bookings.id = piece.id)
  )" TELL_THEM("piece")};

const Statement kTell{"tell_piece",
                      "WITH piece AS (" PIECE(LIVE_STATES) " AND $8::timestamptz IS NOT NULL) " TELL_THEM("piece")};

// Whose held seats were not confirmed in time, whose line closes, and whose seats are no longer saved.
const Statement kDue{"list_due_events", R"(
  (SELECT event_id AS id FROM bookings WHERE held_until <= $1 AND held_until IS NOT NULL AND state = 'confirmed'
     AND shard_of(event_id, $2) = ANY ($3::int[]) ORDER BY held_until LIMIT 2000)
  UNION
  (SELECT id FROM events WHERE state = 'open' AND NOT over AND end_date_time <= $1 AND waiting_list_count > 0
     AND shard_of(id, $2) = ANY ($3::int[]) ORDER BY end_date_time LIMIT 500)
  UNION
  (SELECT id FROM events e WHERE state = 'open' AND NOT over AND edition > 2 AND start_date_time <= $1
     AND (waiting_list_count > 0 AND )" LINE_ENDS_AT R"( <= $1
          OR EXISTS (SELECT FROM bookings b WHERE b.event_id = e.id AND )" IS_HELD("b") R"())
     AND shard_of(id, $2) = ANY ($3::int[]) ORDER BY start_date_time LIMIT 500)
  UNION
  (SELECT id FROM events WHERE saved AND start_date_time <= $1::timestamptz + interval '8784 hours'
     AND start_date_time <= $1::timestamptz + make_interval(hours => saving_stops_hours) AND state = 'open'
     AND shard_of(id, $2) = ANY ($3::int[]) ORDER BY start_date_time LIMIT 500))"};

// The one whose turn is the longest ago. A worker of an earlier release that sets total_tickets knows nothing of
// growing: what it sets, stays.
const Statement kUnfinished{"find_unfinished_event", R"(
  (SELECT id, updated_at FROM events WHERE growing_to IS NOT NULL AND growing_at = total_tickets AND state = 'open'
     AND shard_of(id, $1) = ANY ($2::int[]) ORDER BY updated_at LIMIT 1)
  UNION ALL
  (SELECT id, updated_at FROM events WHERE misfits AND state = 'open' AND shard_of(id, $1) = ANY ($2::int[])
     ORDER BY updated_at LIMIT 1)
  ORDER BY updated_at LIMIT 1)"};

struct Change {
  const Statement& statement;
  domain::Message message;
};

Change change_of(const pqxx::row& row) {
  const auto kind = text_of(row["kind"]);
  const auto title = text_of(row["title"]);
  if (kind == "cancel_all") return {kCancel, domain::event_deleted_message(title)};
  if (kind == "close_line")
    return {kEndWaiting, domain::line_closed_message(title, time_of(row["decided_ms"]) >= time_of(row["ends_ms"]))};
  return {kTell, domain::event_moved_message(title, time_of(row["starts_ms"]), time_of(row["ends_ms"]))};
}

}  // namespace

void insert_bulk_changes(pqxx::work& tx, const LoadedBatch& batch, std::span<const domain::BatchFact> facts, Time now) {
  const auto at = format_time(now);
  for (const auto& [command, title, fact] : facts) {
    const auto insert = [&, event = command->event](const char* kind, std::int64_t until_seq, bool told) {
      run(tx, kInsert, event.str(), std::string(kind), until_seq, told, at);
    };
    if (const auto* deleted = std::get_if<domain::EventDeleted>(&fact); deleted != nullptr && !deleted->was_over)
      insert("cancel_all", batch.events.at(command->event).next_seq, true);
    if (const auto* closed = std::get_if<domain::LineClosed>(&fact))
      insert("close_line", batch.events.at(command->event).line_closed_before, closed->is_news);
    if (std::holds_alternative<domain::EventMoved>(fact))
      insert("tell_moved", batch.events.at(command->event).next_seq, true);
  }
}

bool update_next_piece(pqxx::work& tx, const std::set<int>& owned, int shards, Time now, int most) {
  const auto at = format_time(now);
  const auto found = run(tx, kLockNext, at, shards, array_of(owned));
  if (found.empty()) return false;
  const auto& row = found[0];
  const auto event = text_of(row["event_id"]);
  const auto kind = text_of(row["kind"]);
  const auto after = row["after_seq"].as<std::int64_t>();
  const auto until = std::min(row["until_seq"].as<std::int64_t>(), after + most + 1);
  const auto [statement, message] = change_of(row);
  // Whoever held a seat of a deleted event is told that, and not that it was moved before.
  const bool is_moot = kind == "tell_moved" && text_of(row["state"]) != "open";
  run(tx, statement, event, after, until, std::string(name_of(message.kind)), message.text, at,
      row["told"].as<bool>() && !is_moot, format_time(time_of(row["decided_ms"])));
  run(tx, kAdvance, event, kind, until - 1, at);
  return true;
}

std::vector<EventId> list_due_events(pqxx::transaction_base& tx, const std::set<int>& owned, int shards, Time now) {
  return list_of(run(tx, kDue, format_time(now), shards, array_of(owned)),
                 [](const pqxx::row& row) { return id_of<EventId>(row["id"]); });
}

std::optional<EventId> find_unfinished_event(pqxx::transaction_base& tx, const std::set<int>& owned, int shards) {
  const auto rows = run(tx, kUnfinished, shards, array_of(owned));
  return rows.empty() ? std::nullopt : std::optional(id_of<EventId>(rows[0]["id"]));
}

}  // namespace ticketd::storage
