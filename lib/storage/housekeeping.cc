#include "storage/housekeeping.h"

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

constexpr pqxx::result_size_type kAtOnce = 5'000;

const Statement kDeleteKeys{"delete_expired_keys", R"(
  DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM idempotency_keys WHERE created_at < $1::timestamptz - interval '24 hours' LIMIT 5000)))"};

// A week later, so that the replay of a stolen old token is still told from a made-up one.
const Statement kDeleteTokens{"delete_expired_tokens", R"(
  DELETE FROM refresh_tokens WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM refresh_tokens WHERE expires_at < $1::timestamptz - interval '7 days' LIMIT 5000)))"};

// Longer than an access token may live.
const Statement kDeleteDeleted{"delete_expired_deletions", R"(
  DELETE FROM deleted_users WHERE user_id = ANY (ARRAY(
    SELECT user_id FROM deleted_users WHERE deleted_at < $1::timestamptz - interval '48 hours' LIMIT 5000)))"};

// One that is locked just now is marked the next time: the worker's batches lock in another order.
const Statement kMarkOver{"mark_events_over", R"(
  UPDATE events SET over = true WHERE id = ANY (ARRAY(
    SELECT id FROM events WHERE state = 'open' AND NOT over AND end_date_time <= $1::timestamptz AND waiting_list_count = 0
    ORDER BY end_date_time LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED)))"};

// An owner is due by a row, or by an event that began a day ago and is still among those that begin. As many rows as a
// statement can do in time if each is of another owner, who has as many events as he may.
constexpr int kTurnsAtOnce = 100;
const Statement kUpdateTurns{"update_turns", R"(
  WITH first AS MATERIALIZED (SELECT DISTINCT user_id FROM (SELECT user_id FROM turns_due LIMIT $2::integer) AS rows),
  due AS (
    DELETE FROM turns_due WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM turns_due WHERE user_id = ANY (ARRAY(SELECT user_id FROM first)) LIMIT 5000 FOR UPDATE SKIP LOCKED))
    RETURNING user_id),
  begun AS (
    SELECT user_id FROM generate_series(0, 19) AS t, LATERAL (
      SELECT user_id FROM events
      WHERE state = 'open' AND NOT over AND turn = t AND start_date_time < $1::timestamptz - interval '24 hours'
      ORDER BY start_date_time, id LIMIT 5) AS of_turn),
  owners AS (SELECT user_id FROM due UNION SELECT user_id FROM begun),
  misplaced AS (
    SELECT of_owner.* FROM owners, LATERAL (
      SELECT id, user_id, turn, CASE WHEN visibility <> 'public' THEN 39 ELSE event_turn(row_number() OVER (
          PARTITION BY visibility, $1::timestamptz - start_date_time > interval '24 hours' ORDER BY start_date_time, id) - 1,
        start_date_time, $1) END AS new_turn
      FROM events WHERE user_id = owners.user_id AND state = 'open' AND NOT over) AS of_owner
    WHERE turn <> new_turn),
  free AS MATERIALIZED (
    SELECT id FROM events WHERE id = ANY (ARRAY(SELECT id FROM misplaced)) FOR NO KEY UPDATE SKIP LOCKED),
  again AS (
    INSERT INTO turns_due SELECT DISTINCT user_id FROM misplaced WHERE id NOT IN (SELECT id FROM free)),
  moved AS (
    UPDATE events SET turn = new_turn FROM misplaced
    WHERE events.id = misplaced.id AND events.id = ANY (ARRAY(SELECT id FROM free)))
  SELECT (SELECT count(*) FROM due) + (SELECT count(*) FROM begun))"};

}  // namespace

bool delete_expired(pqxx::transaction_base& tx, Time now) {
  const auto at = format_time(now);
  const auto keys = run(tx, kDeleteKeys, at).affected_rows();
  const auto tokens = run(tx, kDeleteTokens, at).affected_rows();
  const auto deleted = run(tx, kDeleteDeleted, at).affected_rows();
  return keys == kAtOnce || tokens == kAtOnce || deleted == kAtOnce;
}

bool update_events_over(pqxx::transaction_base& tx, Time now) {
  return run(tx, kMarkOver, format_time(now)).affected_rows() == kAtOnce;
}

bool update_turns(pqxx::transaction_base& tx, Time now) {
  return int_of(run(tx, kUpdateTurns, format_time(now), kTurnsAtOnce)[0][0]) >= kTurnsAtOnce;
}

}  // namespace ticketd::storage
