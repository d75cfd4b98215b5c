// An event that the caller may act on: its owner, or an admin in the owner's name.
#pragma once
#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/events.h"

namespace ticketd {

// Refuses: event_not_found, not_event_owner.
Result<storage::Event> find_own_event(pqxx::transaction_base& tx, EventId id, UserId caller);

// The same within storage::lock_user() of its owner. Refuses also: event_cancelled.
Result<storage::Event> lock_own_event(pqxx::work& tx, EventId id, UserId caller);

}  // namespace ticketd
