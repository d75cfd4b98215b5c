// POST /v1/webhooks/{webhook_id}/rotate: another secret; for a day both of them sign.
#include "api/webhook_views.h"
#include "endpoint/serve.h"
#include "webhook/signature.h"

using namespace ticketd;

static Answer rotate(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  const auto secret = webhook::make_secret(app.random);
  const auto webhook = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return storage::update_webhook_secret(tx, *id, user, secret, app.clock.now());
  });
  if (!webhook) return Refusal{Code::webhook_not_found};
  return http::success(200, "Webhook has another secret",
                       webhook_json(*webhook).set("secret", webhook::text_of_secret(secret)));
}

int main() { return serve("webhooks-rotate", RateClass::booking, rotate); }
