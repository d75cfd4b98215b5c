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
  const auto change_of = [&](const storage::EventDetails&) {
    return domain::SetPool{PoolId::make(app.clock.now(), app.random), pool};
  };
  return change_event<domain::SetPool>(app, request, user, *body, change_of, 201, "Pool created successfully");
}

int main() { return serve("events-pool-add", RateClass::booking, add); }
