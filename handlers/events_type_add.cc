// POST /v1/events/{event_id}/ticket-types: one more ticket type of an event of the caller.
#include "api/pool_fields.h"
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer add(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto id = TicketTypeId::make(app.clock.now(), app.random);
  auto type = read_new_type(in, id);
  const auto own = find_own_event(app, request, user);
  if (own.ok() && own->event.pools.size() > 1 && !type.pool && in.ok("pool_id")) in.required("pool_id");
  if (!in.ok()) return in.refusal();
  if (!own.ok()) return own.refusal();
  if (type.pool && !find_by_id(own->event.pools, *type.pool)) return Refusal{Code::pool_not_found};
  if (!type.position) type.position = position_behind(own->event.types);
  return change_event(app, request, user, *own, *body, domain::SetTicketType{id, type}, 201,
                      "Ticket type created successfully");
}

int main() { return serve("events-type-add", RateClass::booking, add); }
