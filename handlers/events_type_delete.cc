// DELETE /v1/events/{event_id}/ticket-types/{type_id}: nobody books this ticket type of an event of the caller any
// more. Bookings that it has stay; so it is archived, and can be brought back.
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer archive(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<TicketTypeId>("type_id");
  if (!id.ok()) return id.refusal();
  const auto own = find_own_event(app, request, user);
  if (!own.ok()) return own.refusal();
  if (!find_by_id(own->event.types, *id)) return Refusal{Code::ticket_type_not_found};
  domain::TicketTypeChanges changes;
  changes.archived = true;
  return change_event(app, request, user, *own, Json(), domain::SetTicketType{*id, changes}, 200,
                      "Ticket type archived successfully");
}

int main() { return serve("events-type-delete", RateClass::booking, archive); }
