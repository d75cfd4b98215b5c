// What the requests of an event's owner have in common that change its pools and ticket types: each is a command, and
// is answered with what it made, once it took effect.
#pragma once
#include <functional>

#include "endpoint/serve.h"
#include "storage/pools.h"

namespace ticketd {

// The change that the request asks for of the event as it is now, or why it is refused. Not asked of a request that
// comes again under its Idempotency-Key: what it asked for was accepted, whatever became of the event since.
template <class Change>
using ChangeOf = std::function<Result<Change>(const storage::EventDetails&)>;

// Changes the event of the path's event_id, and answers with `status`, `message` and the pool or the ticket type as it
// is then, or with 202 if that takes longer. `body` is the request's JSON. Change: domain::SetPool or SetTicketType.
// Refuses: invalid_id, event_not_found, not_event_owner (an admin acts in the owner's name), event_cancelled,
// validation_failed for a bad Idempotency-Key, precondition_failed if the event is not the one of If-Match any more,
// and what `change_of` and submit_and_wait() refuse.
template <class Change>
Answer change_event(App& app, const Request& request, UserId user, const Json& body, const ChangeOf<Change>& change_of,
                    int status, std::string_view message);

}  // namespace ticketd
