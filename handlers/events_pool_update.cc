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
  const auto change_of = [&](const storage::EventDetails& event) -> Result<domain::SetPool> {
    if (!find_by_id(event.pools, *id)) return Refusal{Code::pool_not_found};
    return domain::SetPool{*id, changes};
  };
  return change_event<domain::SetPool>(app, request, user, *body, change_of, 200, "Pool updated successfully");
}

int main() { return serve("events-pool-update", RateClass::booking, update); }
