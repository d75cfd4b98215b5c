// How many events a person may have at once that are neither cancelled nor over: TICKETD_EVENTS_PER_USER.
#pragma once
#include "endpoint/app.h"

namespace ticketd {

// Has the owner as many as that already? What is queued and moves an event that is over into the future counts as well.
// `tx` holds storage::lock_user(), and commits after what was allowed is written or queued: so of two who ask at once
// the second sees what the first one made. Throws redis::RedisUnavailable, if few are left.
bool has_all_events(App& app, pqxx::work& tx, UserId owner);

}  // namespace ticketd
