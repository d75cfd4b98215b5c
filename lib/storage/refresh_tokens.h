// Refresh tokens, by hash alone. A family, which is a session, is everything that descends from one login; each token
// can be exchanged once (RFC 9700 section 4.14.2).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct RefreshToken {
  std::string hash;  // 32 bytes
  SessionId family;
  UserId user;
  Time expires_at;
};

void insert_refresh_token(pqxx::transaction_base& tx, const RefreshToken& token, Time now);

// Keeps everybody else from exchanging tokens of the token's family, and from ending it, until the transaction is over.
void lock_session_of(pqxx::work& tx, const std::string& hash);

// Marks a live token as used, in one conditional UPDATE: of several at once just one gets it. Empty if the hash is
// unknown, or the token expired, revoked or used.
std::optional<RefreshToken> update_token_used(pqxx::transaction_base& tx, const std::string& hash, Time now);

struct UsedToken {
  RefreshToken token;
  Time used_at;
};
// A token that was used before, and whose family is not revoked.
std::optional<UsedToken> find_used_refresh_token(pqxx::transaction_base& tx, const std::string& hash);

// Keeps the token from being revoked until the transaction ends. False if it was revoked, or never was. Take it last:
// who revokes takes many of these locks.
bool lock_refresh_token(pqxx::work& tx, const std::string& hash);

// Ends the session: none of its tokens can be used any more. False if none could before.
bool update_session_revoked(pqxx::work& tx, SessionId family, Time now);

// Of all sessions that began before `began`, which ids of sessions tell, a piece: forgets up to 5,000 of their tokens,
// the first ones behind `after`. Those of sessions that have ended already stay: the revocation list is read off them.
struct EndedPiece {
  std::string last;       // behind which the next piece begins; empty: nothing was left
  std::int64_t sessions;  // that ended
};
inline const std::string kBeforeAllTokens = "\\x";
EndedPiece delete_tokens_of_sessions(pqxx::work& tx, SessionId began, const std::string& after);

// A user's sessions but for those `keep` whose tokens are the newest; at most 100, the newest of them first.
std::vector<SessionId> list_oldest_sessions(pqxx::transaction_base& tx, UserId user, int keep);

// Ends the session of the token, unless it had ended before. Empty if there is no such token, or it expired.
std::optional<SessionId> update_session_ended(pqxx::work& tx, const std::string& hash, Time now);

}  // namespace ticketd::storage
