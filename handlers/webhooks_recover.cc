// POST /v1/webhooks/{webhook_id}/recover: posts all once more that failed and happened since a time.
#include "api/webhook_views.h"
#include "endpoint/serve.h"
#include "http/fields.h"

using namespace ticketd;

static Answer recover(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto since = in.time("since");
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto webhook = storage::find_webhook(tx, *id, user);
    if (!webhook) return Refusal{Code::webhook_not_found};
    if (!webhook->enabled) return Refusal{Code::webhook_disabled};
    const int count = storage::update_failed_due(tx, *id, since, app.clock.now());
    return http::success(202, "Deliveries submitted again", JsonText::object({{"recovered", count}}));
  });
}

int main() { return serve("webhooks-recover", RateClass::booking, recover); }
