// What the cache Redis knows about a caller, in one round trip per request: the rate limit's counter, and since when
// the person's access tokens count. It keeps nothing on disk and may forget everything at any time; then counters start
// again, and the list of refused tokens is loaded anew from PostgreSQL. While it cannot be reached everybody is let
// through, and a metric says so: nothing here throws for that.
//
//   ticketd:rate:CLASS:CALLER    counter of the current window, expires with it
//   ticketd:tokens               hash, id of a user or session -> epoch ms: tokens issued before are refused. One key,
//                                so that Redis can only forget all of it; the field "loaded" says that it is complete.
//   ticketd:tokens:last          the same as it was loaded last, for as long as PostgreSQL may be away
#pragma once
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "auth/access_token.h"
#include "auth/cache.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/config.h"

namespace ticketd::auth {

struct RateState {
  bool allowed = true;
  int limit = 0;
  int window_s = 0;
  int remaining = 0;
  int reset_s = 0;  // until the window ends
};

struct Passage {
  bool reachable = false;                  // the cache Redis answered
  std::optional<RateState> rate;           // empty: no limit applies
  bool tokens_known = false;               // false: the list of refused tokens has to be loaded first
  std::optional<Time> tokens_valid_after;  // empty: all tokens of the person and the session count
};

class Gate {
 public:
  explicit Gate(Cache& cache) : cache_(cache) {}

  // Counts one request of `caller` (a user id or an address) in the class and says what is known. Exact under any
  // concurrency: one counter, which Redis alone counts up.
  Passage enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                const std::optional<AccessClaims>& token);

  // Takes one request back that enter() counted.
  void give_back(const std::string& rate_class, const std::string& caller, const RateRule& rule);

  // Since when tokens of the person and the session count by the list that was loaded last, within the hour. For when
  // PostgreSQL cannot be asked for a new one.
  struct LastKnown {
    std::optional<Time> tokens_valid_after;  // empty: all of them count
  };
  std::optional<LastKnown> find_last_known(const AccessClaims& token);

  // Puts the whole list in place. It is forgotten after half a minute and loaded again: so long at most a change counts
  // late that found no Redis.
  void load_tokens_valid_after(std::span<const std::pair<Uuid, Time>> list);

  // Adds one person, or one session with all of its tokens, to the list, so that it counts at once.
  void refuse_tokens_before(UserId user, Time after) { set(user.uuid, after); }
  void refuse_session(SessionId session) { set(session.uuid, kYear10000); }

 private:
  void set(const Uuid& id, Time after);

  Cache& cache_;
};

}  // namespace ticketd::auth
