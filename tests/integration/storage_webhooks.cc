#include "storage/webhooks.h"

#include <algorithm>
#include <array>

#include "storage/webhook_deliveries.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {
namespace {

using std::chrono::hours, std::chrono::seconds;

const std::string kSecret(32, 's');
constexpr seconds kLease{60};

template <class Body>
storage::WebhookChanges changes_of(Body body) {
  storage::WebhookChanges changes;
  body(changes);
  return changes;
}

}  // namespace

TEST_GROUP_BASE(StorageWebhooks, IntegrationTest) {
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
  void switch_off(WebhookId id, const std::string& reason, const std::string& url = "https://hooks.example.org/")
      const {
    storage::DeliveryTask task;
    task.webhook = id;
    task.url = url;
    write([&](pqxx::work& tx) { storage::update_webhook_off(tx, task, reason, "It is off.", at); });
  }
  std::optional<storage::Webhook> found(WebhookId id) const {
    return commit([&](pqxx::work& tx) { return storage::find_webhook(tx, id, owner); });
  }
};

TEST(StorageWebhooks, WhatHappensIsNumberedInItsOrder) {
  make();
  const auto ann = make_user(), bob = make_user();
  carry_out(book(ann, event));
  carry_out(book(bob, event));
  carry_out(cancel(ann, event));
  expect_text("booking.confirmed 1, booking.waitlisted 2, booking.cancelled 3, booking.promoted 4, event.sold_out 5",
              taken());
  expect_text("", taken());
  carry_out(cancel(bob, event));
  expect_text("booking.cancelled 6", taken());
}

TEST(StorageWebhooks, AnEventIsSoldOutAgainAfterSomeWereFree) {
  make();
  const auto ann = make_user();
  carry_out(book(ann, event));
  expect_text("booking.confirmed 1, event.sold_out 2", taken());
  carry_out(cancel(ann, event));
  expect_text("booking.cancelled 3", taken());
  carry_out(book(make_user(), event));
  expect_text("booking.confirmed 4, event.sold_out 5", taken());
}

TEST(StorageWebhooks, NewsHaveTheBookingAsItIsByNow) {
  make();
  const auto ann = make_user();
  carry_out(book(ann, event));
  const auto news = take().news;
  CHECK_TRUE(news.at(0).event == event && news.at(0).owner == owner && news.at(0).booking->user == ann);
  expect_text("confirmed", news.at(0).booking->state);
  LONGS_EQUAL(1, news.at(0).booking->quantity);
  CHECK_FALSE(news.at(1).booking.has_value());
}

TEST(StorageWebhooks, WhatNobodyWantsIsTakenAllTheSame) {
  carry_out(book(make_user(), event));
  const auto news = take();
  LONGS_EQUAL(1, news.taken);
  LONGS_EQUAL(0, news.news.size());
  LONGS_EQUAL(0, take().taken);
}

TEST(StorageWebhooks, AWebhookMayBeAboutSomeEvents) {
  auto other = webhook_for(owner);
  other.events = {make_event_of(owner)};
  make(other);
  carry_out(book(make_user(), event));
  expect_text("", taken());
  make();
  carry_out(book(make_user(), event));
  expect_text("booking.waitlisted 1, event.sold_out 2", taken());
}

TEST(StorageWebhooks, NobodyIsToldOfSomebodyElsesEvent) {
  make(webhook_for(make_user()));
  carry_out(book(make_user(), event));
  expect_text("", taken());
}

TEST(StorageWebhooks, AChangedEventIsNewsOnce) {
  make();
  sql("UPDATE events SET title = 'A' WHERE id = $1", event.str());
  sql("UPDATE events SET title = 'B', location = 'C' WHERE id = $1", event.str());
  sql("UPDATE events SET title = 'B' WHERE id = $1", event.str());
  expect_text("event.updated 1", taken());
  carry_out(resize(event, 3));
  expect_text("event.updated 2", taken());
}

TEST(StorageWebhooks, ADeletedEventIsNewsOfItsOwnAndNotOfEachBooking) {
  make();
  carry_out(book(make_user(), event));
  taken();
  carry_out(remove(event));
  carry_out_pieces(event);
  expect_text("event.cancelled 3", taken());
  // One that was over is not cancelled by being deleted.
  const auto over = make_event_of(owner);
  sql("UPDATE events SET state = 'removed' WHERE id = $1", over.str());
  sql("INSERT INTO notifications (id, user_id, event_id, kind, message, created_at, updated_at) "
      "VALUES (gen_random_uuid(), $1, $2, 'event_deleted', 'm', now(), now())",
      owner.str(), over.str());
  expect_text("", taken());
}

TEST(StorageWebhooks, NothingIsNotedOfAnEventWhoseOwnerHasNone) {
  sql("UPDATE events SET title = 'A' WHERE id = $1", event.str());
  LONGS_EQUAL(0, sql("SELECT FROM event_news").size());
  turn(false);
  make();
  sql("UPDATE events SET title = 'B' WHERE id = $1", event.str());
  LONGS_EQUAL(0, sql("SELECT FROM event_news").size());
}

TEST(StorageWebhooks, WhatIsWrittenWhileTheyAreOffIsNoNews) {
  make();
  turn(false);
  carry_out(book(make_user(), event));
  CHECK_FALSE(commit([](pqxx::work& tx) { return storage::are_webhooks_on(tx); }));
  LONGS_EQUAL(0, take().taken);
}

TEST(StorageWebhooks, TwoWhoTakeAtOnceShareTheNews) {
  make();
  for (int i = 0; i < 20; ++i) carry_out(book(make_user(), event));
  std::array<std::size_t, 2> taken{};
  at_once(2, [&](int i) { taken.at(static_cast<std::size_t>(i)) = take(10).news.size(); });
  LONGS_EQUAL(21, taken[0] + taken[1] + take().news.size());
  LONGS_EQUAL(21, sql("SELECT seq FROM webhook_sequences WHERE event_id = $1", event.str())[0][0].as<int>());
}

TEST(StorageWebhooks, AUserHasSoManyAtMost) {
  const auto insert = [&] {
    return commit([&](pqxx::work& tx) { return storage::insert_webhook(tx, webhook_for(owner), kSecret, 2); });
  };
  CHECK_TRUE(insert());
  CHECK_TRUE(insert());
  CHECK_FALSE(insert());
}

TEST(StorageWebhooks, WhatIsNotChangedStays) {
  auto webhook = webhook_for(owner);
  webhook.events = {event};
  make(webhook);
  const auto update = [&](const storage::WebhookChanges& changes) {
    return commit([&](pqxx::work& tx) { return storage::update_webhook(tx, webhook.id, owner, changes, now()); });
  };
  write([&](pqxx::work& tx) { storage::update_webhook_failing(tx, webhook.id, at); });
  const auto moved = update(changes_of([](auto& it) { it.url = "https://other.example/"; })).value();
  expect_text("https://other.example/", moved.url);
  CHECK_TRUE(moved.types == webhook.types && moved.events == webhook.events && moved.enabled);
  CHECK_FALSE(moved.failing_since.has_value());
  storage::WebhookChanges changes;
  changes.events.emplace(std::nullopt);
  CHECK_FALSE(update(changes).value().events.has_value());
  CHECK_FALSE(update(changes_of([](auto& it) { it.enabled = false; })).value().enabled);
  const auto stranger = commit([&](pqxx::work& tx) {
    return storage::update_webhook(tx, webhook.id, make_user(), changes_of([](auto& it) { it.enabled = true; }), now());
  });
  CHECK_FALSE(stranger.has_value());
  CHECK_FALSE(found(webhook.id)->enabled);
}

TEST(StorageWebhooks, SwitchedOnAgainItBeginsAnew) {
  const auto id = make();
  fail_since(id, at - hours(121));
  CHECK_TRUE(found(id)->failing_since == at - hours(121));
  switch_off(id, "failing");
  CHECK_FALSE(found(id)->enabled);
  expect_text("failing", found(id)->disabled_reason.value_or(""));
  const auto on = commit([&](pqxx::work& tx) {
    return storage::update_webhook(tx, id, owner, changes_of([](auto& it) { it.enabled = true; }), now());
  });
  CHECK_TRUE(on->enabled && !on->disabled_reason && !on->failing_since);
}

TEST(StorageWebhooks, ItsOwnerIsToldOnceThatItWasSwitchedOff) {
  const auto id = make();
  for (int i = 0; i < 2; ++i) switch_off(id, "gone");
  const auto told = sql("SELECT message FROM notifications WHERE user_id = $1 AND kind = 'webhook_off'", owner.str());
  LONGS_EQUAL(1, told.size());
  expect_text("It is off.", told[0][0].as<std::string>());
}

// An attempt may last, and its webhook be mended meanwhile.
TEST(StorageWebhooks, WhatWasChangedMeanwhileIsNotSwitchedOff) {
  const auto id = make();
  fail_since(id, at - hours(119));
  switch_off(id, "failing");
  switch_off(id, "gone", "https://before.example/");
  CHECK_TRUE(found(id)->enabled);
}

TEST(StorageWebhooks, AClaimedDeliveryIsNobodyElses) {
  const auto webhook = make();
  const auto id = deliver(webhook);
  const auto task = claim(at).at(0);
  CHECK_TRUE(task.id == id && task.webhook == webhook);
  expect_text(kSecret, task.secret);
  CHECK_FALSE(task.previous_secret.has_value());
  LONGS_EQUAL(1, task.attempts);
  LONGS_EQUAL(0, claim(at + kLease - milliseconds(1)).size());
  LONGS_EQUAL(2, claim(at + kLease).at(0).attempts);
}

TEST(StorageWebhooks, TheSecretBeforeIsGoodForADay) {
  const auto id = make();
  const std::string next(32, 'n');
  write([&](pqxx::work& tx) { storage::update_webhook_secret(tx, id, owner, next, at); });
  deliver(id);
  const auto task = claim(at).at(0);
  expect_text(next, task.secret);
  expect_text(kSecret, task.previous_secret.value_or(""));
  CHECK_FALSE(claim(at + hours(24)).at(0).previous_secret.has_value());
}

TEST(StorageWebhooks, FourOfOneAreUnderWayAtOnceAndOneWhileItFails) {
  const auto busy = make(), other = make();
  for (int i = 0; i < 6; ++i) deliver(busy);
  deliver(other);
  LONGS_EQUAL(0, claim(at, true).size());
  LONGS_EQUAL(5, claim(at).size());
  LONGS_EQUAL(0, claim(at).size());
  write([&](pqxx::work& tx) { storage::update_webhook_failing(tx, busy, at); });
  LONGS_EQUAL(1, claim(at + kLease, true).size());
  LONGS_EQUAL(0, claim(at + kLease, true).size());
  LONGS_EQUAL(1, claim(at + kLease).size());
  write([&](pqxx::work& tx) { storage::update_webhook_succeeded(tx, busy); });
  LONGS_EQUAL(0, claim(at + kLease, true).size());
  LONGS_EQUAL(3, claim(at + kLease).size());
}

TEST(StorageWebhooks, OneThatFailsIsLeftAloneForATenthOfThatTime) {
  const auto id = make();
  deliver(id), deliver(id);
  const auto fails = [&](Time when) { write([&](pqxx::work& tx) { storage::update_webhook_failing(tx, id, when); }); };
  fails(at);
  LONGS_EQUAL(0, claim(at + milliseconds(999), true).size());
  LONGS_EQUAL(1, claim(at + seconds(1), true).size());
  fails(at + seconds(100));
  LONGS_EQUAL(0, claim(at + milliseconds(109'999), true).size());
  LONGS_EQUAL(1, claim(at + seconds(110), true).size());
  fails(at + hours(100));
  LONGS_EQUAL(0, claim(at + hours(100) + seconds(299), true).size());
  LONGS_EQUAL(1, claim(at + hours(100) + seconds(300), true).size());
  // What failed long ago is another failure.
  fails(at + hours(300));
  CHECK_TRUE(found(id)->failing_since == at + hours(300));
}

TEST(StorageWebhooks, OwnersTakeTurnsAndHaveEightUnderWay) {
  for (int i = 0; i < 3; ++i) {
    const auto webhook = make();
    for (int n = 0; n < 4; ++n) deliver(webhook, at - hours(2), at - hours(3));
  }
  const auto others = make(webhook_for(make_user()));
  deliver(others);
  const auto first = claim(at, false, 2);
  CHECK_TRUE(std::ranges::any_of(first, [&](const auto& task) { return task.webhook == others; }));
  LONGS_EQUAL(7, claim(at).size());
  LONGS_EQUAL(0, claim(at).size());
}

TEST(StorageWebhooks, TenThousandWaitForOneAtMost) {
  const auto webhook = make();
  sql("INSERT INTO webhook_deliveries (id, webhook_id, type, body, due_at, created_at, updated_at) "
      "SELECT gen_random_uuid(), $1, 'booking.confirmed', '{}', now(), now(), now() FROM generate_series(1, 9999)",
      webhook.str());
  expect_text("waiting", found(webhook, deliver(webhook)).state);
  const auto last = found(webhook, deliver(webhook));
  expect_text("too many waited for this webhook", last.error.value_or(""));
}

TEST(StorageWebhooks, WhatNobodyPostedInTimeHasFailed) {
  const auto webhook = make();
  const auto late = found(webhook, deliver(webhook, at - seconds(2), at - seconds(1)));
  expect_text("failed", late.state);
  expect_text("waiting", found(webhook, deliver(webhook, at - seconds(1), at - seconds(1))).state);
}

TEST(StorageWebhooks, WhatWaitsForOneThatIsOffHasFailed) {
  const auto off = make(), deleted = make(), on = make();
  const std::array ids = {deliver(off), deliver(deleted), deliver(on)};
  switch_off(off, "gone");
  write([&](pqxx::work& tx) { storage::delete_webhook(tx, deleted, owner); });
  LONGS_EQUAL(1, claim(at).size());
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::delete_old_deliveries(tx, at - hours(1), at); }));
  expect_text("failed", found(off, ids[0]).state);
  expect_text("failed", found(deleted, ids[1]).state);
  expect_text("waiting", found(on, ids[2]).state);
  commit([&](pqxx::work& tx) { return storage::delete_old_deliveries(tx, at + seconds(1), at); });
  LONGS_EQUAL(1, sql("SELECT FROM webhook_deliveries").size());
}

TEST(StorageWebhooks, WhatFailedIsSentAgain) {
  const auto webhook = make();
  const auto early = deliver(webhook, at - hours(2), at - hours(3)), late = deliver(webhook);
  for (const auto id : {early, late})
    write([&](pqxx::work& tx) { storage::update_delivery(tx, {id, "failed", {}, 500, "HTTP 500"}, at); });
  LONGS_EQUAL(1, commit([&](pqxx::work& tx) { return storage::update_failed_due(tx, webhook, at - hours(1), at); }));
  LONGS_EQUAL(500, found(webhook, late).status.value_or(0));
  expect_text("waiting", found(webhook, late).state);
  expect_text("failed", found(webhook, early).state);
  const auto again = commit([&](pqxx::work& tx) { return storage::update_delivery_due(tx, webhook, early, at); });
  expect_text("waiting", again->state);
  LONGS_EQUAL(0, again->attempts);
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::update_delivery_due(tx, make(), early, at); }).has_value());
}

TEST(StorageWebhooks, WhatEndedMeanwhileIsLeftAlone) {
  const auto webhook = make();
  const auto id = deliver(webhook);
  write([&](pqxx::work& tx) { storage::update_delivery(tx, {id, "delivered", {}, 200, {}}, at); });
  write([&](pqxx::work& tx) { storage::update_delivery(tx, {id, "waiting", at, 500, "HTTP 500"}, at); });
  expect_text("delivered", found(webhook, id).state);
}

TEST(StorageWebhooks, ADeletedAccountHasNone) {
  make();
  write([&](pqxx::work& tx) { storage::delete_webhooks_of(tx, owner); });
  LONGS_EQUAL(0, commit([&](pqxx::work& tx) { return storage::list_webhooks(tx, owner); }).size());
}

}  // namespace ticketd::tests
