// POST /v1/webhooks/{webhook_id}/test: something to post that says nothing. One at a time.
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer test(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto webhook = storage::lock_webhook(tx, *id, user);
    if (!webhook) return Refusal{Code::webhook_not_found};
    if (!webhook->enabled) return Refusal{Code::webhook_disabled};
    auto delivery = storage::find_waiting_test(tx, *id);
    if (!delivery) {
      const auto now = app.clock.now();
      const storage::NewDelivery made{DeliveryId::make(now, app.random), *id, "webhook.test", {},
                                      test_payload_json(*id, now).str(), now};
      storage::insert_deliveries(tx, std::span(&made, 1), now, now);
      delivery = storage::find_delivery(tx, *id, made.id);
    }
    return http::success(202, "Test submitted successfully", delivery_json(*delivery));
  });
}

int main() { return serve("webhooks-test", RateClass::booking, test); }
