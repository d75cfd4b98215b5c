// The fields of a webhook that a request sets, as they stand in it.
#pragma once
#include "http/fields.h"
#include "storage/webhooks.h"

namespace ticketd {

// {url, events, event_ids, enabled}, all optional; event_ids may be null.
storage::WebhookChanges read_webhook_changes(http::Fields& in);

}  // namespace ticketd
