// What the cache Redis knows about a caller, in one round trip per request: the rate limit's counter, and whether the
// access token is revoked. It keeps nothing on disk and may forget everything at any time; then counters start again,
// and the revocation list is read anew from PostgreSQL (endpoint/revocation_check.h). While it cannot be reached
// everybody is let through, and a metric says so: nothing here throws for that.
//
//   ticketd:rate:CLASS:CALLER    counter of the current window, expires with it; a caller is a user or a network
//   ticketd:refused              the revocation list: a sorted set of ids by epoch ms. Of users: tokens issued before
//                                are revoked. Of sessions: when they ended. One key, so that Redis can only forget all
//                                of it; the member "read" is there if it is complete, with when PostgreSQL was asked
//                                last.
//
// The end of a session revokes all of its tokens, whatever any clock said. A new password revokes those that were
// issued before it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "auth/access_token.h"
#include "auth/cache.h"
#include "auth/network.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/config.h"

namespace ticketd::auth {

struct RateState {
  bool allowed = true;
  int limit = 0;
  int window_s = 0;
  int remaining = 0;
  int reset_s = 0;  // until the window ends that leaves the least
};

struct TokenState {
  bool revoked = false;         // by what the list has
  std::optional<Time> read_at;  // when it was compared with PostgreSQL; empty: it is not complete
};

struct Passage {
  bool reachable = false;         // the cache Redis answered
  std::optional<RateState> rate;  // empty: no limit applies
  TokenState token;
};

class Gate {
 public:
  explicit Gate(Cache& cache) : cache_(cache) {}

  // Counts one request in the class, of `callers` (a user, or the networks of an address), or of `if_revoked` if the
  // token is, and says what is known. The first of them whose limit is used up refuses it, and the larger ones do not
  // count it: one network that floods takes nothing of its neighbours'. Exact under any concurrency: Redis alone
  // counts.
  Passage enter(const std::string& rate_class, std::span<const Network> callers, std::span<const Network> if_revoked,
                const std::optional<RateRule>& rule, const std::optional<AccessClaims>& token);

  // What is known of a token alone.
  TokenState find_token(const AccessClaims& token);

  // Adds to the list what PostgreSQL had at `read_at` that is later than before, and drops what is older than `keep`:
  // tokens that old have expired.
  void add_revocations(std::span<const std::pair<Uuid, Time>> list, Time read_at, Time keep);

  // Adds one user, or one session with all of its tokens, so that it counts at once.
  void revoke_tokens_before(UserId user, Time at) { add(user.uuid, at); }
  void revoke_session(SessionId session, Time at) { add(session.uuid, at); }

 private:
  void add(const Uuid& id, Time at);

  Cache& cache_;
};

// Does an entry of the list revoke the token?
bool revokes(const std::pair<Uuid, Time>& entry, const AccessClaims& token);

}  // namespace ticketd::auth
