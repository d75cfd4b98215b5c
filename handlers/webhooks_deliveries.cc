// GET /v1/webhooks/{webhook_id}/deliveries: what was posted within the last seven days, and what became of it.
#include "api/paging.h"
#include "api/views.h"
#include "api/webhook_views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer list(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<WebhookId>("webhook_id");
  if (!id.ok()) return id.refusal();
  http::Fields in(request);
  const auto state = in.optional_word<std::string>(
      "state", {{"waiting", "waiting"}, {"delivered", "delivered"}, {"failed", "failed"}});
  const auto page = read_page(in, "deliveries " + id->str() + ' ' + state.value_or(""));
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::find_webhook(tx, *id, user)) return Refusal{Code::webhook_not_found};
    auto deliveries = storage::list_deliveries(tx, *id, state, page.after, page.rows());
    const auto next = cut(deliveries, page, by_creation);
    auto rows = JsonText::array();
    for (const auto& delivery : deliveries) rows.push(delivery_json(delivery));
    return http::success(200, "Deliveries retrieved successfully",
                         JsonText::object({{"data", rows}, {"pagination", cursor_pagination(page.limit, next)}}));
  });
}

int main() { return serve("webhooks-deliveries", RateClass::reads, list); }
