// DELETE /v1/events/{event_id}/ticket-types/{type_id}: nobody books this ticket type of an event of the caller any
// more. Bookings that it has stay; so it is archived, and can be brought back.
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer archive(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<TicketTypeId>("type_id");
  if (!id.ok()) return id.refusal();
  const auto change_of = [&](const storage::EventDetails& event) -> Result<domain::SetTicketType> {
    if (!find_by_id(event.types, *id)) return Refusal{Code::ticket_type_not_found};
    domain::TicketTypeChanges changes;
    changes.archived = true;
    return domain::SetTicketType{*id, changes};
  };
  return change_event<domain::SetTicketType>(app, request, user, Json(), change_of, 200,
                                             "Ticket type archived successfully");
}

int main() { return serve("events-type-delete", RateClass::booking, archive); }
