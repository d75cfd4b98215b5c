// GET /v1/webhooks: the caller's, newest first. There are never more than a few.
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer list(App& app, const Request&, UserId user) {
  auto rows = JsonText::array();
  const auto webhooks =
      postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::list_webhooks(tx, user); });
  for (const auto& webhook : webhooks) rows.push(webhook_json(webhook));
  return http::success(200, "Webhooks retrieved successfully", JsonText::object({{"data", rows}}));
}

int main() { return serve("webhooks-list", RateClass::reads, list); }
