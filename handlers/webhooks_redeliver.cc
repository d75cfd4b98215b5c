// POST /v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver: posts it once more, with the same id.
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer redeliver(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  const auto delivery_id = request.path_id<DeliveryId>("delivery_id");
  if (!id.ok()) return id.refusal();
  if (!delivery_id.ok()) return delivery_id.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto webhook = storage::find_webhook(tx, *id, user);
    if (!webhook) return Refusal{Code::webhook_not_found};
    if (!webhook->enabled) return Refusal{Code::webhook_disabled};
    const auto delivery = storage::update_delivery_due(tx, *id, *delivery_id, app.clock.now());
    if (!delivery) return Refusal{Code::delivery_not_found};
    return http::success(202, "Delivery submitted again", delivery_json(*delivery));
  });
}

int main() { return serve("webhooks-redeliver", RateClass::booking, redeliver); }
