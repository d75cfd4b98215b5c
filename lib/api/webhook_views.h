// Webhooks on the wire: API2.md's "Word reaches people", and what is posted to them.
#pragma once
#include "base/json_text.h"
#include "storage/events.h"
#include "storage/webhook_deliveries.h"
#include "storage/webhooks.h"

namespace ticketd {

// Without its secret, which nobody is told twice.
JsonText webhook_json(const storage::Webhook& webhook);
JsonText delivery_json(const storage::Delivery& delivery);

// What is posted: {type, timestamp, data}. `event`: of news of an event.
JsonText payload_json(const storage::EventNews& news, const std::optional<storage::Event>& event, Time now);
JsonText test_payload_json(WebhookId webhook, Time now);

}  // namespace ticketd
