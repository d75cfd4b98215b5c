// What is sent to webhooks: from what happens to a delivery, and from there to what became of it.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/cursor.h"

namespace ticketd::storage {

// Of an event whose owner has webhooks that are switched on.
struct EventNews {
  // As the booking is by now, which may be later than what the news tell.
  struct Booking {
    BookingId id;
    UserId user;
    std::string state;
    int quantity = 0;
    std::string ticket_type_id;
    std::optional<Time> expires_at;
  };
  EventId event;
  UserId owner;
  std::string type;                // "booking.confirmed"
  std::optional<Booking> booking;  // of such a type
  Time at;
  std::int64_t seq = 0;  // of the event, from 1
};

// News that have left their outboxes.
struct TakenNews {
  std::vector<EventNews> news;
  int taken = 0;  // also those that concern nobody; `most` for that and maybe more
};

// Takes at most `most` from each outbox, without those that somebody else is at, and numbers what is news to a webhook
// in the order in which it happened. An event without a free seat is news of its own, once. Nothing, while another
// process does so.
TakenNews take_event_news(pqxx::work& tx, Time now, int most);

struct NewDelivery {
  DeliveryId id;
  WebhookId webhook;
  std::string type;
  std::optional<EventId> event;
  std::string body;
  Time created_at;
};
// Due now. What happened before `since` has failed, for nobody posted it in time; so has what is over the 10,000 that
// may wait for a webhook.
void insert_deliveries(pqxx::transaction_base& tx, std::span<const NewDelivery> deliveries, Time now, Time since);

// One that is to be posted.
struct DeliveryTask {
  DeliveryId id;
  WebhookId webhook;
  std::string url;
  std::string secret;                          // 32 bytes
  std::optional<std::string> previous_secret;  // while it is good
  std::string body;
  int attempts = 0;  // with this one
  std::optional<Time> failing_since;
};

// Claims deliveries that are due, `most` at most, for whoever else asks only from `until` on. By all processes
// together, of one webhook four at most are under way, or one while it fails, and of one owner eight. `failing`: only
// of webhooks that fail, which wait between two tries; or only of the others.
std::vector<DeliveryTask> claim_deliveries(pqxx::work& tx, Time now, Time until, bool failing, int most);

// How it ended, or when it is due again.
struct DeliveryEnd {
  DeliveryId id;
  std::string state;  // "waiting", "delivered" or "failed"
  std::optional<Time> due_at;
  std::optional<int> status;
  std::optional<std::string> error;
};
void update_delivery(pqxx::work& tx, const DeliveryEnd& end, Time now);

// It took something; or nothing, which counts from the first time on.
void update_webhook_succeeded(pqxx::work& tx, WebhookId id);
void update_webhook_failing(pqxx::work& tx, WebhookId id, Time now);
// Switches the task's webhook off for that `reason`, and tells its owner; nothing if it was changed since.
void update_webhook_off(pqxx::work& tx, const DeliveryTask& task, const std::string& reason, const std::string& message,
                        Time now);

// Deletes what is older than that and has ended; what waits for a webhook that is switched off, or was deleted, has
// failed. 5,000 of both at once: true if there may be more.
bool delete_old_deliveries(pqxx::transaction_base& tx, Time before, Time now);

// As its webhook's owner sees it.
struct Delivery {
  DeliveryId id;
  std::string type;
  std::optional<EventId> event;
  std::string body;
  std::string state;
  int attempts = 0;
  std::optional<Time> due_at;
  std::optional<int> status;
  std::optional<std::string> error;
  Time created_at;
  Time updated_at;
};
// Newest first; of a state, or all.
std::vector<Delivery> list_deliveries(pqxx::transaction_base& tx, WebhookId webhook,
                                      const std::optional<std::string>& state, const std::optional<Cursor>& after,
                                      int limit);
std::optional<Delivery> find_delivery(pqxx::transaction_base& tx, WebhookId webhook, DeliveryId id);
// A test that waits, if there is one.
std::optional<Delivery> find_waiting_test(pqxx::transaction_base& tx, WebhookId webhook);

// Makes one due now, as if it had never been tried; or all that failed of what happened since then,
// the 10,000 oldest at once, and says how many.
std::optional<Delivery> update_delivery_due(pqxx::transaction_base& tx, WebhookId webhook, DeliveryId id, Time now);
int update_failed_due(pqxx::transaction_base& tx, WebhookId webhook, Time since, Time now);

struct WebhookCounts {
  std::int64_t unposted = 0;   // 100,000 for that and more
  std::optional<Time> oldest;  // since when the oldest of them waits
};
WebhookCounts count_unposted(pqxx::transaction_base& tx);

}  // namespace ticketd::storage
