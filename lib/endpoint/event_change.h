// What the requests of an event's owner have in common that change its pools and ticket types: each is a command, and
// is answered with what it made, once it took effect.
#pragma once
#include <functional>

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

// Carries the command out and answers with what `made` says of the event afterwards, or with 202 if that takes longer.
Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, domain::Action action,
                    const std::function<Reply(const storage::EventDetails&)>& made);

}  // namespace ticketd
