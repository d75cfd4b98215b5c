// How an endpoint answers what was scanned at the door of an event.
#pragma once
#include "api/door_fields.h"
#include "endpoint/app.h"
#include "refusal/result.h"

namespace ticketd {

// What a steward has to know of the event. Nobody goes on who guesses: 20 codes that nobody made within a minute, and
// that one waits for a minute; everybody else at the same door scans on.
// Refuses: event_not_found, not_event_owner, rate_limited. Throws postgres::DatabaseUnavailable.
Result<storage::AtDoor> find_at_door(App& app, EventId event, UserId steward);

// Looks at the code, and carries the scan out once.
// Refuses: idempotency_key_reused, for a nonce of another ticket's scan. Throws as above.
Result<storage::Checkin> answer_scan(App& app, SentScan sent, EventId event, UserId steward,
                                     const storage::AtDoor& door);

}  // namespace ticketd
