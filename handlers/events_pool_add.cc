// POST /v1/events/{event_id}/pools: one more pool of seats, with a waiting list of its own, for an event of the caller.
#include "api/pool_fields.h"
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer add(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto pool = read_new_pool(in);
  if (!in.ok()) return in.refusal();
  const auto own = find_own_event(app, request, user);
  if (!own.ok()) return own.refusal();
  const auto id = PoolId::make(app.clock.now(), app.random);
  return change_event(app, request, user, *own, *body, domain::SetPool{id, pool}, 201, "Pool created successfully");
}

int main() { return serve("events-pool-add", RateClass::booking, add); }
