// A webhook and what is news to it, for the tests of their storage.
#pragma once
#include <algorithm>
#include <array>

#include "storage/webhook_deliveries.h"
#include "storage/webhooks.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using std::chrono::hours, std::chrono::seconds;

inline const std::string kSecret(32, 's');
constexpr seconds kLease{60};

template <class Body>
storage::WebhookChanges changes_of(Body body) {
  storage::WebhookChanges changes;
  body(changes);
  return changes;
}

struct WebhookTest : IntegrationTest {
  const EventId event = make_event(1);
  const UserId owner = owner_of(event);
  const Time at = now();

  // What other tests left is told to nobody.
  void setup() override {
    sql("UPDATE notifications SET unposted = false WHERE unposted");
    sql("DELETE FROM webhooks");
    sql("DELETE FROM webhook_deliveries");
    sql("DELETE FROM event_news");
    turn(true);
  }
  void teardown() override { turn(false); }
  static void turn(bool on) {
    auto session = open_session();
    storage::update_webhooks_on(session.get(), on, [](const auto&) {});
  }
  // What is made before, meanwhile and afterwards is each of another millisecond: ids of the same one are in any order.
  static void carry_out(const domain::Command& command) {
    const auto tick = [] {
      for (const auto then = now(); now() == then;) {
      }
    };
    tick();
    tests::carry_out(command);
    tick();
  }
  storage::Webhook webhook_for(UserId user) const {
    storage::Webhook webhook;
    webhook.id = fresh<WebhookId>();
    webhook.owner = user;
    webhook.url = "https://hooks.example.org/";
    webhook.types = {"booking.confirmed", "booking.waitlisted", "booking.promoted", "booking.cancelled",
                     "event.updated",     "event.cancelled",    "event.sold_out"};
    webhook.created_at = webhook.updated_at = at;
    return webhook;
  }
  WebhookId make(const storage::Webhook& webhook) const {
    commit([&](pqxx::work& tx) { return storage::insert_webhook(tx, webhook, kSecret, 100); });
    return webhook.id;
  }
  WebhookId make() const { return make(webhook_for(owner)); }
  static storage::TakenNews take(int most = 100) {
    return commit([&](pqxx::work& tx) { return storage::take_event_news(tx, now(), most); });
  }
  // "booking.confirmed 1, event.sold_out 2"
  static std::string taken() {
    std::string text;
    for (const auto& news : take().news)
      text += (text.empty() ? "" : ", ") + news.type + ' ' + std::to_string(news.seq);
    return text;
  }
  DeliveryId deliver(WebhookId webhook, Time created, Time since) const {
    const storage::NewDelivery delivery{fresh<DeliveryId>(), webhook, "booking.confirmed", event, "{}", created};
    commit([&](pqxx::work& tx) {
      storage::insert_deliveries(tx, std::span(&delivery, 1), at, since);
      return true;
    });
    return delivery.id;
  }
  DeliveryId deliver(WebhookId webhook) const { return deliver(webhook, at, at - hours(1)); }
  static std::vector<storage::DeliveryTask> claim(Time when, bool failing = false, int most = 100) {
    return commit([&](pqxx::work& tx) { return storage::claim_deliveries(tx, when, when + kLease, failing, most); });
  }
  template <class Body>
  static void write(Body body) {
    commit([&](pqxx::work& tx) {
      body(tx);
      return true;
    });
  }
  static storage::Delivery found(WebhookId webhook, DeliveryId id) {
    return commit([&](pqxx::work& tx) { return storage::find_delivery(tx, webhook, id); }).value();
  }
  void fail_since(WebhookId id, Time since) const {
    sql("UPDATE webhooks SET failing_since = $2, next_try_at = $3 WHERE id = $1", id.str(), format_time(since),
        format_time(at));
  }
  void switch_off(WebhookId id, const std::string& reason,
                  const std::string& url = "https://hooks.example.org/") const {
    storage::DeliveryTask task;
    task.webhook = id;
    task.url = url;
    write([&](pqxx::work& tx) { storage::update_webhook_off(tx, task, reason, "It is off.", at); });
  }
  std::optional<storage::Webhook> found(WebhookId id) const {
    return commit([&](pqxx::work& tx) { return storage::find_webhook(tx, id, owner); });
  }
};

}  // namespace ticketd::tests
