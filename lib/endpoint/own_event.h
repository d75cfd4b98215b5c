// An event that the caller may act on: its owner, or an admin in the owner's name.
#pragma once
#include "endpoint/app.h"
#include "refusal/result.h"
#include "storage/events.h"

namespace ticketd {

// Refuses: event_not_found, not_event_owner.
Result<storage::Event> find_own_event(pqxx::transaction_base& tx, EventId id, UserId caller);

// The same as it stays until the transaction ends, within storage::lock_user() of its owner. Refuses also
// token_invalid, if that account is gone.
Result<storage::Event> lock_own_event(pqxx::work& tx, EventId id, UserId caller);

}  // namespace ticketd
