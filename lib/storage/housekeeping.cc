#include "storage/housekeeping.h"

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

}  // namespace ticketd::storage
