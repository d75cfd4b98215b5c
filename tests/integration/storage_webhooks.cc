#include "webhook_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageWebhooks, WebhookTest){};

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

}  // namespace ticketd::tests
