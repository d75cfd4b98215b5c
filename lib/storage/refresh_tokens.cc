#include "storage/refresh_tokens.h"

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const Statement kInsert{"insert_refresh_token", R"(
  INSERT INTO refresh_tokens (token_hash, family_id, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5))"};

const Statement kUse{"use_refresh_token", R"(
  UPDATE refresh_tokens SET used_at = $2
  WHERE token_hash = $1 AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $2
  RETURNING family_id, user_id, epoch_ms(expires_at) AS expires_ms)"};

const Statement kFindUsed{"find_used_refresh_token", R"(
  SELECT family_id, user_id, epoch_ms(expires_at) AS expires_ms, epoch_ms(used_at) AS used_ms
  FROM refresh_tokens WHERE token_hash = $1 AND used_at IS NOT NULL AND revoked_at IS NULL)"};

const Statement kHold{"hold_refresh_token",
                      "SELECT 1 FROM refresh_tokens WHERE token_hash = $1 AND revoked_at IS NULL FOR SHARE"};

// "tckf", beside the first keys in shard_locks.cc.
#define LOCK_FAMILY "pg_advisory_xact_lock(x'74636b66'::int, hashtext(family_id::text))"

const Statement kLockFamilyOf{"lock_family_of", "SELECT " LOCK_FAMILY " FROM refresh_tokens WHERE token_hash = $1"};

const Statement kLockFamily{"lock_family", "SELECT " LOCK_FAMILY " FROM (VALUES ($1::uuid)) AS family (family_id)"};

// What can still be used: those that were not, and those whose replay may be answered yet, for longer than it is. The
// rest may be hundreds of thousands. In one order, so that two of these never wait for each other.
const Statement kRevokeFamily{"revoke_family", R"(
  WITH live AS (SELECT token_hash FROM refresh_tokens
    WHERE family_id = $1 AND revoked_at IS NULL AND coalesce(used_at, 'infinity') > $2::timestamptz - interval '1 minute'
    ORDER BY token_hash FOR NO KEY UPDATE)
  UPDATE refresh_tokens AS t SET revoked_at = $2 FROM live WHERE t.token_hash = live.token_hash)"};

// Each session that has not ended has one token that was not used.
const Statement kListOldest{"list_oldest_families", R"(
  SELECT family_id FROM refresh_tokens WHERE user_id = $1 AND used_at IS NULL AND revoked_at IS NULL
  ORDER BY created_at DESC LIMIT 100 OFFSET $2)"};

const Statement kDeleteBefore{"delete_tokens_of_sessions", R"(
  WITH piece AS (SELECT token_hash, used_at FROM refresh_tokens
    WHERE token_hash > $1 AND family_id < $2 AND revoked_at IS NULL ORDER BY token_hash LIMIT 5000 FOR UPDATE),
  gone AS (DELETE FROM refresh_tokens AS t USING piece WHERE t.token_hash = piece.token_hash)
  SELECT (SELECT token_hash FROM piece ORDER BY token_hash DESC LIMIT 1) AS last,
         (SELECT count(*) FROM piece WHERE used_at IS NULL) AS sessions)"};

const Statement kFindFamily{"find_family",
                            "SELECT family_id FROM refresh_tokens WHERE token_hash = $1 AND expires_at > $2"};

RefreshToken token_of(const pqxx::row& row, const std::string& hash) {
  return {hash, id_of<SessionId>(row["family_id"]), id_of<UserId>(row["user_id"]), time_of(row["expires_ms"])};
}

}  // namespace

void insert_refresh_token(pqxx::transaction_base& tx, const RefreshToken& token, Time now) {
  run(tx, kInsert, bytea(token.hash), token.family.str(), token.user.str(), format_time(now),
      format_time(token.expires_at));
}

std::optional<RefreshToken> update_token_used(pqxx::transaction_base& tx, const std::string& hash, Time now) {
  const auto rows = run(tx, kUse, bytea(hash), format_time(now));
  if (rows.empty()) return std::nullopt;
  return token_of(rows[0], hash);
}

std::optional<UsedToken> find_used_refresh_token(pqxx::transaction_base& tx, const std::string& hash) {
  const auto rows = run(tx, kFindUsed, bytea(hash));
  if (rows.empty()) return std::nullopt;
  return UsedToken{token_of(rows[0], hash), time_of(rows[0]["used_ms"])};
}

bool lock_refresh_token(pqxx::work& tx, const std::string& hash) { return !run(tx, kHold, bytea(hash)).empty(); }

void lock_session_of(pqxx::work& tx, const std::string& hash) { run(tx, kLockFamilyOf, bytea(hash)); }

bool update_session_revoked(pqxx::work& tx, SessionId family, Time now) {
  run(tx, kLockFamily, family.str());
  bool any = false;
  // Each round sees what was committed while the one before waited for a row: a token that a rotation in flight was
  // adding.
  while (run(tx, kRevokeFamily, family.str(), format_time(now)).affected_rows() > 0) any = true;
  return any;
}

EndedPiece delete_tokens_of_sessions(pqxx::work& tx, SessionId began, const std::string& after) {
  const auto row = run(tx, kDeleteBefore, after, began.str())[0];
  return {row["last"].is_null() ? "" : text_of(row["last"]), row["sessions"].as<std::int64_t>()};
}

std::vector<SessionId> list_oldest_sessions(pqxx::transaction_base& tx, UserId user, int keep) {
  return list_of(run(tx, kListOldest, user.str(), keep),
                 [](const pqxx::row& row) { return id_of<SessionId>(row["family_id"]); });
}

std::optional<SessionId> update_session_ended(pqxx::work& tx, const std::string& hash, Time now) {
  const auto rows = run(tx, kFindFamily, bytea(hash), format_time(now));
  if (rows.empty()) return std::nullopt;
  const auto family = id_of<SessionId>(rows[0]["family_id"]);
  update_session_revoked(tx, family, now);
  return family;
}

}  // namespace ticketd::storage
