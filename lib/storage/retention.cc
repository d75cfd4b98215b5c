#include "storage/retention.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kCount{"count_events_to_forget",
                       "SELECT count(*) FROM events WHERE NOT forgotten AND end_date_time < $1"};

// What nothing moves any more: its line is closed, and what was decided about many bookings, or is told to many, is
// done.
const Statement kMark{"mark_events_to_forget", R"(
  WITH next AS (
    SELECT id, end_date_time FROM events e
    WHERE NOT forgotten AND end_date_time < $1 AND (end_date_time, id) > ($3::timestamptz, $4::uuid)
      AND (over OR state <> 'open') AND waiting_list_count = 0
      AND NOT EXISTS (SELECT FROM bulk_changes b WHERE b.event_id = e.id AND b.done_at IS NULL OFFSET 0)
      AND NOT EXISTS (SELECT FROM announcements a WHERE a.event_id = e.id AND a.due_at IS NOT NULL OFFSET 0)
    ORDER BY end_date_time, id LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED),
  marked AS (UPDATE events SET forgotten_at = $2 WHERE id = ANY (ARRAY(SELECT id FROM next)) AND forgotten_at IS NULL)
  SELECT id, end_date_time FROM next ORDER BY end_date_time, id)"};

// What the people of `whom` were told of its events: by the person, for no index knows the event, and since the event
// was made.
const Statement kForget{"forget_piece", R"(
  WITH gone AS (
      DELETE FROM bookings WHERE ctid = ANY (ARRAY(SELECT ctid FROM bookings WHERE event_id = ANY ($1::uuid[]) LIMIT $2))
      RETURNING user_id, event_id),
    whom AS (SELECT DISTINCT user_id, event_id FROM gone),
    told AS (DELETE FROM notifications WHERE id = ANY (ARRAY(
      SELECT n.id FROM whom JOIN events e ON e.id = whom.event_id CROSS JOIN LATERAL (
        SELECT id FROM notifications WHERE user_id = whom.user_id AND created_at >= e.created_at AND event_id = e.id OFFSET 0) AS n))
      RETURNING 1)
  SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM told))"};

const Statement kForgotten{"update_events_forgotten", R"(
  WITH done AS (UPDATE events SET forgotten = true WHERE id = ANY ($1::uuid[]) AND NOT forgotten RETURNING id, user_id, created_at),
    told AS (DELETE FROM notifications WHERE id = ANY (ARRAY(
      SELECT n.id FROM done CROSS JOIN LATERAL (SELECT id FROM notifications
        WHERE user_id = done.user_id AND created_at >= done.created_at AND event_id = done.id OFFSET 0) AS n)) RETURNING 1),
    said AS (DELETE FROM announcements WHERE event_id = ANY (ARRAY(SELECT id FROM done))),
    scanned AS (DELETE FROM checkins WHERE event_id = ANY (ARRAY(SELECT id FROM done))),
    door AS (DELETE FROM doors WHERE event_id = ANY (ARRAY(SELECT id FROM done)))
  SELECT (SELECT count(*) FROM done), (SELECT count(*) FROM told))"};

// Of an event that never was, what was told names none.
const Statement kForgetCommands{"forget_commands", R"(
  WITH next AS MATERIALIZED (
      SELECT id, user_id, event_id, accepted_at FROM commands WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3),
    whom AS MATERIALIZED (
      SELECT * FROM next WHERE coalesce((SELECT forgotten FROM events e WHERE e.id = next.event_id), true)
        AND NOT EXISTS (SELECT FROM dead_letters d WHERE d.command_id = next.id)),
    gone AS (DELETE FROM commands WHERE id = ANY (ARRAY(SELECT id FROM whom)) RETURNING 1),
    told AS (DELETE FROM notifications WHERE id = ANY (ARRAY(
      SELECT n.id FROM whom CROSS JOIN LATERAL (SELECT id FROM notifications
        WHERE user_id = whom.user_id AND created_at >= whom.accepted_at
          AND (event_id = whom.event_id OR event_id IS NULL AND created_at = whom.accepted_at) OFFSET 0) AS n)) RETURNING 1)
  SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM told), (SELECT id FROM next ORDER BY id DESC LIMIT 1))"};

// A number of ours among the advisory locks.
const Statement kLock{"lock_forgetting", "SELECT pg_try_advisory_lock(hashtextextended('ticketd: forgetting', 0))"};

std::int64_t count_of(const pqxx::field& field) { return field.as<std::int64_t>(); }

}  // namespace

std::int64_t count_events_to_forget(pqxx::transaction_base& tx, Time before) {
  return count_of(run(tx, kCount, format_time(before))[0][0]);
}

EventsToForget mark_events_to_forget(pqxx::work& tx, const ForgettingCursor& after, Time before, int most, Time now) {
  EventsToForget found{{}, after};
  for (const auto& row : run(tx, kMark, format_time(before), format_time(now), after.end, after.event.str(), most)) {
    found.events.push_back(id_of<EventId>(row[0]));
    found.last = {text_of(row[1]), found.events.back()};
  }
  return found;
}

ForgottenRows forget_piece(pqxx::work& tx, const std::vector<EventId>& events, int most) {
  const auto ids = array_of(events);
  const auto counts = run(tx, kForget, ids, most)[0];
  ForgottenRows rows{0, count_of(counts[0]), count_of(counts[1]), 0};
  if (rows.bookings == most) return rows;
  const auto done = run(tx, kForgotten, ids)[0];
  rows.events = count_of(done[0]);
  rows.notifications += count_of(done[1]);
  return rows;
}

ForgottenCommands forget_commands(pqxx::work& tx, CommandId after, Time before, int most) {
  const auto row = run(tx, kForgetCommands, after.str(), Uuid::first_of(before).str(), most)[0];
  return {{0, 0, count_of(row[1]), count_of(row[0])}, optional_id<CommandId>(row[2])};
}

bool lock_forgetting(pqxx::transaction_base& tx) { return run(tx, kLock)[0][0].as<bool>(); }

}  // namespace ticketd::storage
