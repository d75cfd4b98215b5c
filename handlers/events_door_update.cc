// PATCH /v1/events/{event_id}/door: how the door of an event of the caller is to be. Says how it is.
#include "api/door_fields.h"
#include "auth/ticket_code.h"
#include "endpoint/admin.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto changes = read_door_changes(in);
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = find_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    const auto door = storage::update_door(tx, *id, changes, auth::make_ticket_key(app.random), app.clock.now());
    return acted_as(http::success(200, "Door updated successfully", door_json(door)), request, user, event->owner);
  });
}

int main() { return serve("events-door-update", RateClass::booking, update); }
