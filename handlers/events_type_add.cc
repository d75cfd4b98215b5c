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
  if (!in.ok()) return in.refusal();
  const auto change_of = [&](const storage::EventDetails& event) -> Result<domain::SetTicketType> {
    if (event.pools.size() > 1 && !type.pool) in.required("pool_id");
    if (!in.ok()) return in.refusal();
    if (type.pool && !find_by_id(event.pools, *type.pool)) return Refusal{Code::pool_not_found};
    if (!type.position) type.position = position_behind(event.types);
    return domain::SetTicketType{id, type};
  };
  return change_event<domain::SetTicketType>(app, request, user, *body, change_of, 201,
                                             "Ticket type created successfully");
}

int main() { return serve("events-type-add", RateClass::booking, add); }
