// What the cache Redis knows about a caller, in one round trip per request: the rate limit's counter, and since when
// the person's access tokens count. It keeps nothing on disk and may forget everything at any time; then counters start
// again, and the list of password changes is loaded anew from PostgreSQL. While it cannot be reached everybody is let
// through, and a metric says so: nothing here throws for that.
//
//   ticketd:rate:CLASS:CALLER    counter of the current window, expires with it
//   ticketd:tokens               hash, user id -> epoch ms: access tokens issued before are refused. One key, so that
//                                Redis can only forget all of it; the field "loaded" says that it is complete.
//   ticketd:login:WHO            failed logins of an e-mail and address
#pragma once
#include <atomic>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "base/metrics.h"
#include "base/time.h"
#include "base/uuid.h"
#include "config/config.h"
#include "redis/redis.h"

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
  bool tokens_known = false;               // false: the list of password changes has to be loaded first
  std::optional<Time> tokens_valid_after;  // empty: all of the person's tokens count
};

class Gate {
 public:
  // `unreachable` counts the calls that found no Redis.
  Gate(redis::Pool& redis, Cell& unreachable) : redis_(redis), unreachable_(unreachable) {}

  // Counts one request of `caller` (a user id or an address) in the class and says what is known. Exact under any
  // concurrency: one script, one counter.
  Passage enter(const std::string& rate_class, const std::string& caller, const std::optional<RateRule>& rule,
                const std::optional<UserId>& user);

  // Puts the whole list in place. It is forgotten after half a minute and loaded again: so long at most a change counts
  // late whose set_tokens_valid_after() found no Redis.
  void load_tokens_valid_after(std::span<const std::pair<UserId, Time>> list);

  // Adds one person to the list, so that it counts at once.
  void set_tokens_valid_after(UserId user, Time after);

  // Failed logins: seconds to wait if `who` has had too many (10 in 15 minutes), else 0. fail_login counts one more,
  // clear_logins forgets them.
  int login_wait_s(const std::string& who);
  void fail_login(const std::string& who);
  void clear_logins(const std::string& who);

 private:
  template <class Body>
  void try_to(Body&& body);

  redis::Pool& redis_;
  Cell& unreachable_;
  std::atomic<std::int64_t> not_before_ms_{0};  // by the steady clock: a Redis that hung is left alone until then
};

}  // namespace ticketd::auth
