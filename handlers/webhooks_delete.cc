// DELETE /v1/webhooks/{webhook_id}: nothing is posted to it any more.
#include "endpoint/serve.h"
#include "storage/webhooks.h"

using namespace ticketd;

static Answer remove(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  const bool was_there = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::delete_webhook(tx, *id, user); });
  if (!was_there) return Refusal{Code::webhook_not_found};
  return http::success(200, "Webhook deleted successfully", JsonText::verbatim("null"));
}

int main() { return serve("webhooks-delete", RateClass::booking, remove); }
