// PATCH /v1/webhooks/{webhook_id}: where it is posted, what about, and whether it is at all.
#include "api/webhook_fields.h"
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto changes = read_webhook_changes(in);
  if (in.ok() && changes == storage::WebhookChanges{}) in.bad("url", "required", "send at least one field to change");
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_webhook(tx, *id, user)) return Refusal{Code::webhook_not_found};
    const bool has_events = changes.events && *changes.events;
    if (has_events && !storage::owns_all(tx, user, **changes.events)) return Refusal{Code::event_not_found};
    const auto webhook = storage::update_webhook(tx, *id, user, changes, app.clock.now());
    return http::success(200, "Webhook updated successfully", webhook_json(*webhook));
  });
}

int main() { return serve("webhooks-update", RateClass::booking, update); }
