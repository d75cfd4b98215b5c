// GET /v1/webhooks/{webhook_id}: one of the caller's.
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer get(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  const auto webhook = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_webhook(tx, *id, user); });
  if (!webhook) return Refusal{Code::webhook_not_found};
  return http::success(200, "Webhook retrieved successfully", webhook_json(*webhook));
}

int main() { return serve("webhooks-get", RateClass::reads, get); }
