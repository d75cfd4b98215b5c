// PATCH /v1/events/{event_id}/pools/{pool_id}: another name, capacity or number of held-back seats for a pool of an
// event of the caller. What is no longer held back goes to the waiting list, or to whoever comes.
#include "api/pool_fields.h"
#include "endpoint/event_change.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<PoolId>("pool_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto changes = read_pool_changes(in);
  if (!in.ok()) return in.refusal();
  const auto own = find_own_event(app, request, user);
  if (!own.ok()) return own.refusal();
  if (!find_by_id(own->event.pools, *id)) return Refusal{Code::pool_not_found};
  return change_event(app, request, user, *own, *body, domain::SetPool{*id, changes}, 200, "Pool updated successfully");
}

int main() { return serve("events-pool-update", RateClass::booking, update); }
