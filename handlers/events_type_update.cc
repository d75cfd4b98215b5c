// PATCH /v1/events/{event_id}/ticket-types/{type_id}: changes a ticket type of an event of the caller.
#include "api/pool_fields.h"
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<TicketTypeId>("type_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  const auto own = find_own_event(app, request, user);
  const auto* type = own.ok() ? find_by_id(own->event.types, *id) : nullptr;
  http::Fields in(*body);
  const auto changes = read_type_changes(in, *id, type);
  if (!in.ok()) return in.refusal();
  if (!own.ok()) return own.refusal();
  if (type == nullptr) return Refusal{Code::ticket_type_not_found};
  if (changes.pool && !find_by_id(own->event.pools, *changes.pool)) return Refusal{Code::pool_not_found};
  return change_event(app, request, user, *own, *body, domain::SetTicketType{*id, changes}, 200,
                      "Ticket type updated successfully");
}

int main() { return serve("events-type-update", RateClass::booking, update); }
