// POST /v1/events/{event_id}/checkins/batch: whom a device let in while it had no connection. Each scan is answered,
// and none is dropped: after a fault the device sends all of them again, and those that counted count once.
#include "endpoint/admin.h"
#include "endpoint/scanning.h"
#include "endpoint/serve.h"

using namespace ticketd;

// 500 scans of 350 bytes, of letters that are escaped.
static constexpr std::size_t kMostBytes = std::size_t{256} * 1024;

static Answer add_all(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto scans = read_late_scans(in, app.clock.now());
  if (!in.ok()) return in.refusal();
  const auto door = find_at_door(app, *id, user);
  if (!door.ok()) return door.refusal();
  auto checkins = JsonText::array();
  for (const auto& sent : scans) {
    const auto checkin = answer_scan(app, sent, *id, user, *door);
    if (!checkin.ok()) return checkin.refusal();
    checkins.push(checkin_json(*checkin));
  }
  return acted_as(http::success(200, "scans answered", JsonText::object({{"checkins", checkins}})), request, user,
                  door->owner);
}

int main() { return serve("events-checkins-batch", RateClass::booking, add_all, WaitsFor::database, kMostBytes); }
