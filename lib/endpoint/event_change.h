// What the requests of an event's owner have in common that change its pools and ticket types: each is a command, and
// is answered with what it made, once it took effect.
#pragma once
#include "endpoint/serve.h"
#include "storage/pools.h"

namespace ticketd {

// The event of the path's event_id, as it is now. Refuses: invalid_id, event_not_found, not_event_owner (an admin acts
// in the owner's name), event_cancelled.
struct OwnEvent {
  storage::EventDetails event;
  UserId actor;
};
Result<OwnEvent> find_own_event(App& app, const Request& request, UserId user);

// Carries the change out, under the request's Idempotency-Key if it has one, and answers with `status`, `message` and
// the pool or the ticket type as it is then, or with 202 if that takes longer. `body` is the request's JSON. Refuses:
// validation_failed for a bad key, precondition_failed if the event is not the one of If-Match any more, and what
// submit_and_wait() refuses.
Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, const Json& body,
                    const domain::SetPool& change, int status, std::string_view message);
Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, const Json& body,
                    const domain::SetTicketType& change, int status, std::string_view message);

}  // namespace ticketd
