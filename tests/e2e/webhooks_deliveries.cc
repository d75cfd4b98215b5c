// What was sent to a webhook, and how it is sent again: the list, the test, one delivery, all that have failed. No
// ticketd-webhooks runs here, so what is due stays so.
#include <set>

#include "base/time.h"
#include "support/booking_steps.h"
#include "support/pool_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"
#include "support/webhook_steps.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using ticketd::Json;

namespace {

bool is_due(const Json& delivery) {
  const auto at = ticketd::parse_time(delivery["next_attempt_at"].text());
  return delivery["state"].text() == "waiting" && at && *at < ticketd::SystemClock().now() + seconds(2);
}

// The ids of a page, in its order.
std::vector<std::string> ids_in(const Json& page) {
  std::vector<std::string> ids;
  const Json rows = page["data"];
  for (std::size_t i = 0; i < rows.size(); ++i) ids.push_back(id_of(rows.at(i)));
  return ids;
}

std::string next_of(const Json& page) { return "&cursor=" + std::string(page["pagination"]["next_cursor"].text()); }

}  // namespace

TEST_GROUP(WebhookDeliveries) {
  WebhooksAreOn on;
  Person owner = make_person();
  Json webhook = must_add_webhook(owner);

  Json list(const std::string& parameters = "") const { return deliveries_of(owner, webhook, parameters); }
  // The delivery as the list has it.
  Json listed(const std::string& id) const {
    const Json rows = list("?limit=100")["data"];
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (id_of(rows.at(i)) == id) return rows.at(i);
    }
    return {};
  }
  Response test() const { return owner.post(webhook_path(webhook, "/test"), Json::object()); }
  Response redeliver(const std::string& id) const {
    return owner.post(webhook_path(webhook, "/deliveries/" + id + "/redeliver"), Json::object());
  }
  Response recover(const Json& since) const {
    return owner.post(webhook_path(webhook, "/recover"), only("since", since));
  }
  void expect_recovered(int count, const Response& reply, Where where = Where::current()) const {
    expect_success(202, "Deliveries submitted again", reply, where);
    expect_number(count, reply.data()["recovered"], where);
  }
};

TEST(WebhookDeliveries, AreNoneAtFirst) {
  const Json page = list();
  LONGS_EQUAL(0, page["data"].size());
  CHECK_TRUE(page["pagination"].has("next_cursor") && page["pagination"]["next_cursor"].is_null());
  expect_number(20, page["pagination"]["limit"]);
}

TEST(WebhookDeliveries, BeginWithATest) {
  const auto reply = test();
  expect_success(202, "Test submitted successfully", reply);
  const Json delivery = reply.data();
  expect_delivery(delivery);
  expect_text("webhook.test", delivery["type"].text());
  CHECK_TRUE(delivery["event_id"].is_null() && delivery["status"].is_null() && delivery["error"].is_null());
  expect_number(0, delivery["attempts"]);
  CHECK_TRUE(is_due(delivery));
  expect_text(only("webhook_id", webhook["id"]).dump(), delivery["payload"]["data"].dump());
  const Json page = list();
  LONGS_EQUAL(1, page["data"].size());
  expect_text(delivery.canonical(), page["data"].at(0).canonical());
}

TEST(WebhookDeliveries, AreTestsWhateverElseWasChosen) {
  webhook =
      must_add_webhook(owner, {{"events", list_of({"event.updated"})}, {"event_ids", list_of({create_event(owner)})}});
  const Json first = test().data();
  expect_text("webhook.test", first["type"].text());
  query("UPDATE webhook_deliveries SET state = 'delivered', due_at = NULL, status = 200 WHERE id = $1::uuid",
        id_of(first));
  const Json second = test().data();
  CHECK_TRUE(is_due(second));
  CHECK_TRUE(id_of(first) != id_of(second));
  LONGS_EQUAL(2, list()["data"].size());
}

TEST(WebhookDeliveries, AreShownWhole) {
  const Json waiting = listed(write_delivery(webhook, "waiting"));
  const Json done = listed(write_delivery(webhook, "delivered"));
  const Json failed = listed(write_delivery(webhook, "failed"));
  for (const auto& delivery : {waiting, done, failed}) {
    expect_delivery(delivery);
    expect_text("booking.confirmed", delivery["type"].text());
    const Json data = delivery["payload"]["data"];
    expect_number(7, data["seq"]);
    expect_text(delivery["event_id"].text(), data["event_id"].text());
    expect_text("confirmed", data["booking"]["state"].text());
  }
  expect_number(0, waiting["attempts"]);
  CHECK_TRUE(waiting["status"].is_null() && !is_due(waiting));
  expect_number(204, done["status"]);
  CHECK_TRUE(done["error"].is_null());
  expect_number(10, failed["attempts"]);
  expect_number(500, failed["status"]);
  expect_text("the server answered 500", failed["error"].text());
}

TEST(WebhookDeliveries, ComeNewestFirst) {
  const auto old = write_delivery(webhook, "failed", hours(30));
  const auto older = write_delivery(webhook, "delivered", hours(40));
  const auto new_one = write_delivery(webhook, "waiting", hours(1));
  CHECK_TRUE((ids_in(list()) == std::vector<std::string>{new_one, old, older}));
}

TEST(WebhookDeliveries, ComeInPagesThatStandStill) {
  std::vector<std::string> written, seen;
  for (int age = 1; age <= 5; ++age) written.push_back(write_delivery(webhook, "delivered", minutes(age)));
  Json page = list("?limit=2");
  for (const auto& id : ids_in(page)) seen.push_back(id);
  expect_number(2, page["pagination"]["limit"]);
  write_delivery(webhook, "waiting");  // in front of all
  for (int pages = 0; pages < 5 && !page["pagination"]["next_cursor"].is_null(); ++pages) {
    page = list("?limit=2" + next_of(page));
    for (const auto& id : ids_in(page)) seen.push_back(id);
  }
  CHECK_TRUE(seen == written);
  LONGS_EQUAL(1, page["data"].size());
}

TEST(WebhookDeliveries, OfOneMomentAreOnOnePageEach) {
  std::set<std::string> written, seen;
  for (int i = 0; i < 6; ++i) written.insert(write_delivery(webhook, "delivered", hours(1)));
  query("UPDATE webhook_deliveries SET created_at = date_trunc('minute', created_at) WHERE webhook_id = $1::uuid",
        id_of(webhook));
  Json page = list("?limit=2");
  for (int pages = 0; pages < 6; ++pages) {
    for (const auto& id : ids_in(page)) CHECK_TRUE(seen.insert(id).second);
    if (page["pagination"]["next_cursor"].is_null()) break;
    page = list("?limit=2" + next_of(page));
  }
  CHECK_TRUE(seen == written);
}

TEST(WebhookDeliveries, HaveNoNextPageBehindAFullLastOne) {
  for (int age = 1; age <= 2; ++age) write_delivery(webhook, "delivered", minutes(age));
  CHECK_TRUE(list("?limit=2")["pagination"]["next_cursor"].is_null());
  CHECK_FALSE(list("?limit=1")["pagination"]["next_cursor"].is_null());
}

TEST(WebhookDeliveries, AreFilteredByState) {
  for (const char* state : {"waiting", "delivered", "failed"}) {
    const auto older = write_delivery(webhook, state, minutes(2)), newer = write_delivery(webhook, state, minutes(1));
    const auto filter = "?limit=1&state=" + std::string(state);
    const Json first = list(filter), second = list(filter + next_of(first));
    CHECK_TRUE(ids_in(first) == std::vector{newer});
    CHECK_TRUE(ids_in(second) == std::vector{older});
    CHECK_TRUE(second["pagination"]["next_cursor"].is_null());
  }
  LONGS_EQUAL(6, list()["data"].size());
}

TEST(WebhookDeliveries, RefuseACursorOfAnotherFilter) {
  for (int age = 1; age <= 2; ++age) write_delivery(webhook, "failed", minutes(age));
  const auto next = next_of(list("?limit=1"));
  expect_bad_fields({"cursor"}, owner.get(webhook_path(webhook, "/deliveries?state=failed" + next)));
}

TEST(WebhookDeliveries, NameEveryBadParameter) {
  expect_bad_fields({"state", "limit", "cursor"},
                    owner.get(webhook_path(webhook, "/deliveries?state=sent&limit=0&cursor=x")));
  for (const char* limit : {"101", "-1", "many"})
    expect_bad_fields({"limit"}, owner.get(webhook_path(webhook, "/deliveries?limit=" + std::string(limit))));
}

TEST(WebhookDeliveries, AreThoseOfTheWebhookAlone) {
  const Json other = must_add_webhook(owner);
  const auto id = write_delivery(other, "failed", minutes(1));
  LONGS_EQUAL(0, list()["data"].size());
  expect_problem(404, "delivery_not_found", redeliver(id));
  expect_recovered(0, recover(time_in(-hours(1))));
  expect_text("failed", deliveries_of(owner, other)["data"].at(0)["state"].text());
}

TEST(WebhookDeliveries, AreSentAgainWhateverBecameOfThem) {
  for (const char* state : {"failed", "delivered", "waiting"}) {
    const auto id = write_delivery(webhook, state, hours(20));
    const Json before = listed(id);
    CHECK_FALSE(is_due(before));
    const auto reply = redeliver(id);
    expect_success(202, "Delivery submitted again", reply);
    const Json again = reply.data();
    expect_delivery(again);
    CHECK_TRUE(is_due(again));
    for (const char* field : {"id", "type", "event_id", "payload", "created_at"})
      expect_text(before[field].canonical(), again[field].canonical());
    expect_text(again.canonical(), listed(id).canonical());
  }
  LONGS_EQUAL(3, list()["data"].size());
}

TEST(WebhookDeliveries, AreSentAgainAsOftenAsAsked) {
  const auto id = id_of(test().data());
  for (int i = 0; i < 3; ++i) expect_status(202, redeliver(id));
  LONGS_EQUAL(1, list()["data"].size());
}

TEST(WebhookDeliveries, AreNotFoundWithoutOne) {
  expect_problem(404, "delivery_not_found", redeliver(fresh_uuid()));
  expect_problem(400, "invalid_id", redeliver("seven"));
}

TEST(WebhookDeliveries, ThatHaveFailedSinceThenAreRecovered) {
  const auto before = write_delivery(webhook, "failed", hours(3));
  const auto first = write_delivery(webhook, "failed", minutes(50));
  const auto second = write_delivery(webhook, "failed", minutes(40));
  const auto done = write_delivery(webhook, "delivered", minutes(30));
  const auto waiting = write_delivery(webhook, "waiting", minutes(20));
  expect_recovered(2, recover(time_in(-hours(1))));
  for (const auto& id : {first, second}) {
    CHECK_TRUE(is_due(listed(id)));
    expect_delivery(listed(id));
  }
  expect_text("failed", listed(before)["state"].text());
  expect_text("delivered", listed(done)["state"].text());
  CHECK_TRUE(listed(waiting)["state"].text() == "waiting" && !is_due(listed(waiting)));
  expect_recovered(0, recover(time_in(-hours(1))));
  expect_recovered(1, recover("1970-01-01T00:00:00Z"));
  CHECK_TRUE(is_due(listed(before)));
}

TEST(WebhookDeliveries, AreRecoveredByTheHundred) {
  query(R"(
    INSERT INTO webhook_deliveries (id, webhook_id, type, body, state, attempts, error, created_at, updated_at)
    SELECT gen_random_uuid(), $1::uuid, 'webhook.test',
           format('{"type": "webhook.test", "timestamp": "2026-11-30T12:00:00.000Z", "data": {"webhook_id": "%s"}}',
                  $1::text),
           'failed', 10, 'no answer', now() - n * interval '1 second', now() FROM generate_series(1, 2500) AS n)",
        id_of(webhook));
  expect_recovered(2500, recover(time_in(-hours(1))));
  LONGS_EQUAL(0, list("?state=failed")["data"].size());
}

TEST(WebhookDeliveries, AreRecoveredSinceATime) {
  expect_bad_fields({"since"}, owner.post(webhook_path(webhook, "/recover"), Json::object()));
  for (const auto& none : {Json(), Json(7), Json(true), Json(""), Json("yesterday"), Json("2026-11-30"),
                           Json("2026-11-30T12:00:00"), Json::array()})
    expect_bad_fields({"since"}, recover(none));
  expect_recovered(0, recover(time_in(hours(1))));
  expect_recovered(0, recover("2026-11-30T12:00:00.5+01:00"));
}

TEST(WebhookDeliveries, WaitForAWebhookThatIsOn) {
  const auto id = write_delivery(webhook, "failed", minutes(1));
  const auto turn = [&](bool on_or_off) {
    expect_status(200, owner.patch(webhook_path(webhook), only("enabled", on_or_off)));
  };
  turn(false);
  for (const auto& reply : {test(), redeliver(id), recover(time_in(-hours(1)))})
    expect_problem(409, "webhook_disabled", reply);
  expect_text("failed", listed(id)["state"].text());
  LONGS_EQUAL(1, list()["data"].size());
  turn(true);
  for (const auto& reply : {test(), redeliver(id), recover(time_in(-hours(1)))}) expect_status(202, reply);
}
