// What GET /v1/events/{event_id} answers, and whether that is still what a client has seen.
#pragma once
#include "http/reply.h"
#include "storage/events.h"

namespace ticketd {

http::Reply event_reply(const storage::Event& event, Time now);

// The ETag that GET would give to the event now.
std::string event_tag(const storage::Event& event, Time now);

// precondition_failed, if the request's If-Match has another tag (RFC 9110, section 13.1.1): somebody changed the event
// since, or booked it.
std::optional<Refusal> unseen_refusal(const http::Request& request, const storage::Event& event, Time now);

}  // namespace ticketd
