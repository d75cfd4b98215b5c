// What GET /v1/events/{event_id} answers, and whether that is still what a client has seen.
#pragma once
#include "base/json_text.h"
#include "http/reply.h"
#include "storage/pools.h"

namespace ticketd {

// Its owner sees all of its ticket types; anybody else those that are for everybody.
enum class Reader { anybody, owner };
Reader reader_of(const storage::Event& event, std::optional<UserId> user);

// An event with its pools and ticket types.
JsonText event_details_json(const storage::EventDetails& event, Reader reader, Time now);

// One of its pools, and one of its ticket types.
JsonText pool_json(const storage::EventDetails& event, PoolId id, Time now);
JsonText type_json(const storage::EventDetails& event, TicketTypeId id, Time now);

http::Reply event_reply(const storage::EventDetails& event, Reader reader, Time now);

// The ETag that GET would give to the event now.
std::string event_tag(const storage::EventDetails& event, Reader reader, Time now);

// precondition_failed, if the request's If-Match has another tag (RFC 9110, section 13.1.1): somebody changed the event
// since, or booked it. An admin may have seen it as anybody does.
std::optional<Refusal> unseen_refusal(const http::Request& request, const storage::EventDetails& event, Time now);

}  // namespace ticketd
