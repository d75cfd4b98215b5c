// POST /v1/events/{event_id}/checkins: a ticket was shown at the door of an event of the caller. Always answered with a
// result that a steward can act on.
#include "endpoint/admin.h"
#include "endpoint/scanning.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer add(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto sent = read_scan(in, app.clock.now());
  if (!in.ok()) return in.refusal();
  const auto door = find_at_door(app, *id, user);
  if (!door.ok()) return door.refusal();
  const auto checkin = answer_scan(app, sent, *id, user, *door);
  if (!checkin.ok()) return checkin.refusal();
  return acted_as(http::success(200, "scan answered", checkin_json(*checkin)), request, user, door->owner);
}

int main() { return serve("events-checkin-add", RateClass::door, add); }
