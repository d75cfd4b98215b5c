#include "support/webhook_steps.h"

#include "storage/webhooks.h"
#include "support/booking_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

namespace ticketd::e2e {
namespace {

// 32 bytes.
constexpr std::string_view kSecretPrefix = "whsec_";
constexpr std::size_t kSecretSize = kSecretPrefix.size() + 44;

void turn_webhooks(bool on) {
  storage::update_webhooks_on(*connect_database(), on, [](const auto&) {});
}

bool time_or_null(const Json& value) { return value.is_null() || is_wire_time(value); }
bool text_or_null(const Json& value) { return value.is_null() || value.is_string(); }

// All but the secret.
bool is_whole(const Json& webhook) {
  bool whole = is_uuid(webhook["id"]) && !webhook["url"].text().empty() && webhook["enabled"].is_boolean();
  const Json events = webhook["events"], event_ids = webhook["event_ids"];
  whole = whole && events.is_array() && events.size() > 0;
  for (std::size_t i = 0; i < events.size(); ++i) whole = whole && !events.at(i).text().empty();
  whole = whole && webhook.has("event_ids") && (event_ids.is_null() || (event_ids.is_array() && event_ids.size() > 0));
  for (std::size_t i = 0; i < event_ids.size(); ++i) whole = whole && is_uuid(event_ids.at(i));
  whole = whole && webhook.has("disabled_reason") && text_or_null(webhook["disabled_reason"]);
  for (const char* field : {"failing_since", "previous_secret_until"})
    whole = whole && webhook.has(field) && time_or_null(webhook[field]);
  for (const char* field : {"created_at", "updated_at"}) whole = whole && is_wire_time(webhook[field]);
  return whole;
}

}  // namespace

WebhooksAreOn::WebhooksAreOn() { turn_webhooks(true); }
WebhooksAreOn::~WebhooksAreOn() { turn_webhooks(false); }

Response add_webhook(const Person& owner, MoreFields more) {
  Json body = Json::object({{"url", "http://127.0.0.1:9999/tickets"}});
  for (const auto& [name, value] : more) body.set(name, value);
  return owner.post("/v1/webhooks", body);
}

Json must_add_webhook(const Person& owner, MoreFields more) {
  const auto reply = add_webhook(owner, more);
  expect_success(201, "Webhook created successfully", reply);
  return reply.data();
}

std::string webhook_path(const Json& webhook, const std::string& behind) {
  return "/v1/webhooks/" + std::string(webhook["id"].text()) + behind;
}

Json webhook_now(const Person& owner, const Json& webhook) {
  const auto reply = owner.get(webhook_path(webhook));
  expect_success(200, "Webhook retrieved successfully", reply);
  return reply.data();
}

Json deliveries_of(const Person& owner, const Json& webhook, const std::string& parameters) {
  const auto reply = owner.get(webhook_path(webhook, "/deliveries" + parameters));
  expect_success(200, "Deliveries retrieved successfully", reply);
  return reply.data();
}

std::string write_delivery(const Json& webhook, const std::string& state, std::chrono::seconds age) {
  const auto id = fresh_uuid(), event = fresh_uuid();
  const Json booking = Json::object({{"id", fresh_uuid()},
                                     {"user_id", fresh_uuid()},
                                     {"state", "confirmed"},
                                     {"quantity", 1},
                                     {"ticket_type_id", event},
                                     {"expires_at", Json()}});
  const Json payload = Json::object({{"type", "booking.confirmed"},
                                     {"timestamp", time_in(-age)},
                                     {"data", Json::object({{"seq", 7}, {"event_id", event}, {"booking", booking}})}});
  query(R"(
    INSERT INTO webhook_deliveries (id, webhook_id, type, event_id, body, state, attempts, due_at, status, error,
                                    created_at, updated_at)
    SELECT $1::uuid, $2::uuid, 'booking.confirmed', $3::uuid, $4::text, $5::text,
           CASE $5::text WHEN 'failed' THEN 10 WHEN 'delivered' THEN 1 ELSE 0 END,
           CASE WHEN $5::text = 'waiting' THEN now() + interval '1 hour' END,
           CASE $5::text WHEN 'failed' THEN 500 WHEN 'delivered' THEN 204 END,
           CASE WHEN $5::text = 'failed' THEN 'the server answered 500' END, at, at
    FROM date_trunc('milliseconds', now() - make_interval(secs => $6::float8)) AS at)",
        id, std::string(webhook["id"].text()), event, payload.dump(), state, std::to_string(age.count()));
  return id;
}

void expect_webhook(const Json& webhook, Where where) {
  expect(is_whole(webhook) && !webhook.has("secret"), "a webhook without a secret: " + webhook.dump(), where);
}

void expect_webhook_with_secret(const Json& webhook, Where where) {
  const Json secret = webhook["secret"];
  const bool has_secret =
      secret.text().starts_with(kSecretPrefix) && secret.text().size() == kSecretSize && secret.text().ends_with('=');
  expect(is_whole(webhook) && has_secret, "a webhook with a secret: " + webhook.dump(), where);
}

void expect_delivery(const Json& delivery, Where where) {
  const auto state = delivery["state"].text();
  bool whole = is_uuid(delivery["id"]) && delivery.has("event_id") && delivery["attempts"].is_integer();
  whole = whole && (delivery["event_id"].is_null() || is_uuid(delivery["event_id"]));
  whole = whole && (state == "waiting" || state == "delivered" || state == "failed");
  whole = whole && delivery.has("next_attempt_at") && time_or_null(delivery["next_attempt_at"]) &&
          delivery["next_attempt_at"].is_null() == (state != "waiting");
  whole = whole && delivery.has("status") && (delivery["status"].is_null() || delivery["status"].is_integer());
  whole = whole && delivery.has("error") && text_or_null(delivery["error"]);
  for (const char* field : {"created_at", "updated_at"}) whole = whole && is_wire_time(delivery[field]);
  const Json payload = delivery["payload"];
  whole = whole && !delivery["type"].text().empty() && payload["type"] == delivery["type"] &&
          is_wire_time(payload["timestamp"]) && payload["data"].is_object();
  expect(whole, "a delivery: " + delivery.dump(), where);
}

}  // namespace ticketd::e2e
