// DELETE /v1/events/{event_id}/checkins/{checkin_id}: it was a mistake; whoever was let in by it was not.
#include "api/door_fields.h"
#include "endpoint/admin.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer undo(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto checkin = request.path_id<CheckinId>("checkin_id");
  if (!checkin.ok()) return checkin.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = find_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    const auto undone = storage::undo_check_in(tx, *id, *checkin, user, app.clock.now());
    if (!undone) return Refusal{Code::checkin_not_found};
    return acted_as(http::success(200, "Check-in undone", checkin_json(*undone)), request, user, event->owner);
  });
}

int main() { return serve("events-checkin-undo", RateClass::door, undo); }
