#include "api/webhook_views.h"

#include "api/views.h"

namespace ticketd {
namespace {

JsonText array_of(const std::vector<std::string>& words) {
  auto array = JsonText::array();
  for (const auto& word : words) array.push(JsonText::text(word));
  return array;
}

std::optional<JsonText> array_of(const std::optional<std::vector<EventId>>& ids) {
  if (!ids) return std::nullopt;
  auto array = JsonText::array();
  for (const auto& id : *ids) array.push(JsonText::text(id.str()));
  return array;
}

JsonText payload(std::string_view type, Time at, const JsonText& data) {
  return JsonText::object({{"type", type}, {"timestamp", format_time(at)}, {"data", data}});
}

}  // namespace

JsonText webhook_json(const storage::Webhook& webhook) {
  return JsonText::object({{"id", webhook.id.str()},
                           {"url", webhook.url},
                           {"events", array_of(webhook.types)},
                           {"event_ids", array_of(webhook.events)},
                           {"enabled", webhook.enabled},
                           {"disabled_reason", webhook.disabled_reason},
                           {"failing_since", format_time(webhook.failing_since)},
                           {"previous_secret_until", format_time(webhook.previous_until)},
                           {"created_at", format_time(webhook.created_at)},
                           {"updated_at", format_time(webhook.updated_at)}});
}

JsonText delivery_json(const storage::Delivery& delivery) {
  return JsonText::object({{"id", delivery.id.str()},
                           {"type", delivery.type},
                           {"event_id", delivery.event ? std::optional(delivery.event->str()) : std::nullopt},
                           {"state", delivery.state},
                           {"attempts", delivery.attempts},
                           {"next_attempt_at", format_time(delivery.due_at)},
                           {"status", delivery.status},
                           {"error", delivery.error},
                           {"payload", JsonText::verbatim(delivery.body)},
                           {"created_at", format_time(delivery.created_at)},
                           {"updated_at", format_time(delivery.updated_at)}});
}

JsonText payload_json(const storage::EventNews& news, const std::optional<storage::Event>& event, Time now) {
  auto data = JsonText::object({{"seq", news.seq}, {"event_id", news.event.str()}});
  if (news.booking)
    data.set("booking", JsonText::object({{"id", news.booking->id.str()},
                                          {"user_id", news.booking->user.str()},
                                          {"state", news.booking->state},
                                          {"quantity", news.booking->quantity},
                                          {"ticket_type_id", news.booking->ticket_type_id},
                                          {"expires_at", format_time(news.booking->expires_at)}}));
  if (event) data.set("event", listed_event_json(*event, now));
  return payload(news.type, news.at, data);
}

JsonText test_payload_json(WebhookId webhook, Time now) {
  return payload("webhook.test", now, JsonText::object({{"webhook_id", webhook.str()}}));
}

}  // namespace ticketd
