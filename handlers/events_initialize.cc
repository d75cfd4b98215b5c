// POST /v1/events/initialize: a new event of the caller.
#include "app/event_fields.h"
#include "app/serve.h"
#include "app/submission.h"
#include "app/views.h"

using namespace ticketd;

static Answer initialize(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  const auto now = app.clock.now();
  auto event = read_new_event(*body);
  if (!event.ok()) return event.refusal();
  event->id = EventId::make(now, app.random);
  event->owner = user;
  event->available_tickets = event->total_tickets;
  event->created_at = event->updated_at = now;
  const auto key = request.idempotency_key();
  if (!key.ok()) return key.refusal();

  auto reply = http::success(201, "Event created successfully", event_json(*event, now));
  return storage::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::find_user(tx, user)) return Refusal{Code::token_invalid};
    if (*key) {
      const auto claim =
          storage::claim_idempotency_key(tx, user, **key, fingerprint_of(request, *body), reply.body, now);
      if (!claim.claimed && !claim.same_request) return Refusal{Code::idempotency_key_reused};
      if (!claim.claimed) return Reply{201, reply.headers, claim.answer}.header("Idempotent-Replayed", "true");
    }
    storage::insert_event(tx, *event);
    return reply;
  });
}

int main() { return serve("events-initialize", Limit::booking, initialize); }
