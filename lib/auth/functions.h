// The functions that the cache's Redis runs: counters, and what is asked along with them. Each is one step that nothing
// comes between, and one round trip.
//
//   enter          KEYS: the revocation list, the callers' counters, those that count if the token is revoked. ARGV:
//                  the window in ms, then of the token its user, its session and when it was issued in ms, each empty
//                  without; how many counters the callers have, and the limit of each counter. Answers {is it revoked,
//                  when the list was read or nil, and of each counter that counted: how many, ms until its window
//                  ends}. Whose limit it is has to be known before anything is counted: else a stolen token of an ended
//                  session could use up its user's.
//   begin_attempt  KEYS: counters. ARGV: limit and window in s of each. Answers {s to wait}, or {0, ms that each window
//                  has left}.
//   take_back      KEYS: counters. ARGV: ms that each window has left at most, if it is the one that counted; a later
//                  one has more.
#pragma once
#include "redis/library.h"

namespace ticketd::auth {

const redis::Library& functions();

}  // namespace ticketd::auth
