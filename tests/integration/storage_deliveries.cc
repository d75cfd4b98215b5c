#include "webhook_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(StorageDeliveries, WebhookTest){};

TEST(StorageDeliveries, AClaimedDeliveryIsNobodyElses) {
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

TEST(StorageDeliveries, TheSecretBeforeIsGoodForADay) {
  const auto id = make();
  const std::string next(32, 'n');
  write([&](pqxx::work& tx) { storage::update_webhook_secret(tx, id, owner, next, at); });
  deliver(id);
  const auto task = claim(at).at(0);
  expect_text(next, task.secret);
  expect_text(kSecret, task.previous_secret.value_or(""));
  CHECK_FALSE(claim(at + hours(24)).at(0).previous_secret.has_value());
}

TEST(StorageDeliveries, FourOfOneAreUnderWayAtOnceAndOneWhileItFails) {
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

TEST(StorageDeliveries, OneThatFailsIsLeftAloneForATenthOfThatTime) {
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

TEST(StorageDeliveries, OwnersTakeTurnsAndHaveEightUnderWay) {
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

TEST(StorageDeliveries, TenThousandWaitForOneAtMost) {
  const auto webhook = make();
  sql("INSERT INTO webhook_deliveries (id, webhook_id, type, body, due_at, created_at, updated_at) "
      "SELECT gen_random_uuid(), $1, 'booking.confirmed', '{}', now(), now(), now() FROM generate_series(1, 9999)",
      webhook.str());
  expect_text("waiting", found(webhook, deliver(webhook)).state);
  const auto last = found(webhook, deliver(webhook));
  expect_text("too many waited for this webhook", last.error.value_or(""));
}

TEST(StorageDeliveries, WhatNobodyPostedInTimeHasFailed) {
  const auto webhook = make();
  const auto late = found(webhook, deliver(webhook, at - seconds(2), at - seconds(1)));
  expect_text("failed", late.state);
  expect_text("waiting", found(webhook, deliver(webhook, at - seconds(1), at - seconds(1))).state);
}

TEST(StorageDeliveries, WhatWaitsForOneThatIsOffHasFailed) {
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

TEST(StorageDeliveries, WhatFailedIsSentAgain) {
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

TEST(StorageDeliveries, WhatEndedMeanwhileIsLeftAlone) {
  const auto webhook = make();
  const auto id = deliver(webhook);
  write([&](pqxx::work& tx) { storage::update_delivery(tx, {id, "delivered", {}, 200, {}}, at); });
  write([&](pqxx::work& tx) { storage::update_delivery(tx, {id, "waiting", at, 500, "HTTP 500"}, at); });
  expect_text("delivered", found(webhook, id).state);
}

}  // namespace ticketd::tests
