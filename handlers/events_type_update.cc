// PATCH /v1/events/{event_id}/ticket-types/{type_id}: changes a ticket type of an event of the caller.
#include "api/pool_fields.h"
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<TicketTypeId>("type_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields alone(*body);
  read_type_changes(alone, *id, nullptr);
  if (!alone.ok()) return alone.refusal();
  const auto change_of = [&](const storage::EventDetails& event) -> Result<domain::SetTicketType> {
    const auto* type = find_by_id(event.types, *id);
    http::Fields in(*body);
    const auto changes = read_type_changes(in, *id, type);
    if (!in.ok()) return in.refusal();
    if (type == nullptr) return Refusal{Code::ticket_type_not_found};
    if (changes.pool && !find_by_id(event.pools, *changes.pool)) return Refusal{Code::pool_not_found};
    return domain::SetTicketType{*id, changes};
  };
  return change_event<domain::SetTicketType>(app, request, user, *body, change_of, 200,
                                             "Ticket type updated successfully");
}

int main() { return serve("events-type-update", RateClass::booking, update); }
