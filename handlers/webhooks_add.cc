// POST /v1/webhooks: what happens to events of the caller is posted to a URL from now on.
#include "api/webhook_fields.h"
#include "api/webhook_views.h"
#include "endpoint/serve.h"
#include "storage/users.h"
#include "webhook/signature.h"

using namespace ticketd;

constexpr int kMostOfAUser = 10;

static Answer add(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  auto wanted = read_webhook_changes(in);
  if (!wanted.url && in.ok("url")) in.required("url");
  if (!in.ok()) return in.refusal();

  const auto now = app.clock.now();
  storage::Webhook webhook;
  webhook.id = WebhookId::make(now, app.random);
  webhook.owner = user;
  webhook.created_at = webhook.updated_at = now;
  webhook.url = *wanted.url;
  const auto all = storage::webhook_types();
  webhook.types = wanted.types.value_or(std::vector<std::string>(all.begin(), all.end()));
  if (wanted.events) webhook.events = *wanted.events;
  webhook.enabled = wanted.enabled.value_or(true);
  const auto secret = webhook::make_secret(app.random);
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    if (!storage::lock_user(tx, user)) return Refusal{Code::token_invalid};
    if (!storage::are_webhooks_on(tx)) return Refusal{Code::webhooks_off};
    if (webhook.events && !storage::owns_all(tx, user, *webhook.events)) return Refusal{Code::event_not_found};
    if (!storage::insert_webhook(tx, webhook, secret, kMostOfAUser)) return Refusal{Code::too_many_webhooks};
    return http::success(201, "Webhook created successfully",
                         webhook_json(webhook).set("secret", webhook::text_of_secret(secret)));
  });
}

int main() { return serve("webhooks-add", RateClass::booking, add); }
