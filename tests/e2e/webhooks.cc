// Webhooks as their owner makes, reads, changes and deletes them. What is sent to them is tested in tests/webhooks.
#include <algorithm>
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
using ticketd::Json;

namespace {

constexpr const char* kAllEvents =
    "booking.cancelled booking.changed booking.confirmed booking.expired booking.held booking.promoted "
    "booking.rejected booking.waitlisted event.cancelled event.sold_out event.updated";

// Sorted, with spaces between.
std::string events_of(const Json& webhook) {
  std::set<std::string> words;
  const Json events = webhook["events"];
  for (std::size_t i = 0; i < events.size(); ++i) words.emplace(events.at(i).text());
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

Response change(const Person& owner, const Json& webhook, const Json& body) {
  return owner.patch(webhook_path(webhook), body);
}

Json must_change(const Person& owner, const Json& webhook, const Json& body) {
  const auto reply = change(owner, webhook, body);
  expect_success(200, "Webhook updated successfully", reply);
  expect_webhook(reply.data());
  return reply.data();
}

Json list_seen_by(const Person& person, const std::string& parameters = "") {
  const auto reply = person.get("/v1/webhooks" + parameters);
  expect_success(200, "Webhooks retrieved successfully", reply);
  return reply.data()["data"];
}

// What every endpoint with its id answers; the last one deletes it.
std::vector<Response> asked_by(const Person& person, const Json& webhook, const std::string& delivery,
                               const std::string& parameters = "") {
  const auto at = [&](const std::string& behind) { return webhook_path(webhook, behind + parameters); };
  return {person.get(at("")),
          person.patch(at(""), only("url", "https://hooks.example/mine")),
          person.post(at("/test"), Json::object()),
          person.post(at("/rotate"), Json::object()),
          person.post(at("/recover"), only("since", time_in(-hours(24)))),
          person.get(at("/deliveries")),
          person.post(at("/deliveries/" + delivery + "/redeliver"), Json::object()),
          person.del(at(""))};
}

}  // namespace

TEST_GROUP(Webhooks) {
  WebhooksAreOn on;
  Person owner = make_person();
};

TEST(Webhooks, AreMadeWithASecret) {
  const auto event = create_event(owner);
  const auto url = "https://hooks.example/tickets?key=a%20b&of=ann";
  const auto reply = add_webhook(
      owner,
      {{"url", url}, {"events", list_of({"event.sold_out", "booking.confirmed"})}, {"event_ids", list_of({event})}});
  expect_success(201, "Webhook created successfully", reply);
  const Json made = reply.data();
  expect_webhook_with_secret(made);
  expect_text(url, made["url"].text());
  expect_text("booking.confirmed event.sold_out", events_of(made));
  expect_text(list_of({event}).dump(), made["event_ids"].dump());
  CHECK_TRUE(made["enabled"].boolean());
  for (const char* field : {"disabled_reason", "failing_since", "previous_secret_until"})
    CHECK_TRUE(made[field].is_null());
}

TEST(Webhooks, AreToldEverythingUnlessTheirOwnerSays) {
  const Json made = must_add_webhook(owner);
  const Json with_nulls = must_add_webhook(owner, {{"events", Json()}, {"event_ids", Json()}});
  for (const auto& webhook : {made, with_nulls}) {
    expect_text(kAllEvents, events_of(webhook));
    CHECK_TRUE(webhook["event_ids"].is_null());
  }
}

TEST(Webhooks, AreReadWithoutTheirSecret) {
  const Json made = must_add_webhook(owner, {{"event_ids", list_of({create_event(owner), create_event(owner)})}});
  const Json read = webhook_now(owner, made);
  expect_webhook(read);
  for (const char* field : {"id", "url", "events", "event_ids", "enabled", "created_at", "updated_at"})
    expect_text(made[field].dump(), read[field].dump());
}

TEST(Webhooks, AreNoneAtFirst) { LONGS_EQUAL(0, list_seen_by(owner).size()); }

TEST(Webhooks, AreListedNewestFirst) {
  const Json first = must_add_webhook(owner);
  query("UPDATE webhooks SET created_at = created_at - interval '1 second' WHERE id = $1::uuid", id_of(first));
  const Json second = must_add_webhook(owner);
  const Json list = list_seen_by(owner);
  LONGS_EQUAL(2, list.size());
  expect_text(id_of(second), id_of(list.at(0)));
  expect_text(id_of(first), id_of(list.at(1)));
  for (std::size_t i = 0; i < list.size(); ++i)
    expect_text(webhook_now(owner, list.at(i)).canonical(), list.at(i).canonical());
}

TEST(Webhooks, ChangeFieldByField) {
  const auto event = create_event(owner);
  const Json made = must_add_webhook(owner, {{"events", list_of({"event.updated"})}, {"event_ids", list_of({event})}});
  const Json moved = must_change(owner, made, only("url", "https://hooks.example/other"));
  expect_text("https://hooks.example/other", moved["url"].text());
  expect_text("event.updated", events_of(moved));
  const Json other = must_change(owner, made, only("events", list_of({"booking.held", "booking.expired"})));
  expect_text("booking.expired booking.held", events_of(other));
  expect_text(list_of({event}).dump(), other["event_ids"].dump());
  const Json last = must_change(owner, made, Json::object({{"url", "http://hooks.example"}, {"enabled", false}}));
  expect_text("http://hooks.example", last["url"].text());
  CHECK_FALSE(last["enabled"].boolean());
  expect_text("booking.expired booking.held", events_of(last));
  expect_text(last.canonical(), webhook_now(owner, made).canonical());
}

// As everywhere null is the same as missing; but here alone it says something of event_ids.
TEST(Webhooks, AreForAllEventsAgainByANull) {
  const auto event = create_event(owner);
  const Json made = must_add_webhook(owner, {{"event_ids", list_of({event})}});
  const Json same = must_change(owner, made, Json::object({{"url", Json()}, {"enabled", true}}));
  expect_text(made["url"].text(), same["url"].text());
  expect_text(list_of({event}).dump(), same["event_ids"].dump());
  CHECK_TRUE(must_change(owner, made, only("event_ids", Json()))["event_ids"].is_null());
  const auto another = create_event(owner);
  const Json named = must_change(owner, made, only("event_ids", list_of({another})));
  expect_text(list_of({another}).dump(), named["event_ids"].dump());
}

TEST(Webhooks, AreSwitchedOffAndOn) {
  const Json made = must_add_webhook(owner), off = must_change(owner, made, only("enabled", false));
  CHECK_FALSE(off["enabled"].boolean());
  CHECK_TRUE(off["disabled_reason"].is_null());
  CHECK_TRUE(must_change(owner, made, only("enabled", true))["enabled"].boolean());
}

TEST(Webhooks, BeginAnewOnceSwitchedOnAgain) {
  for (const char* reason : {"gone", "failing"}) {
    const Json made = must_add_webhook(owner);
    query(
        "UPDATE webhooks SET enabled = false, disabled_reason = $2, failing_since = now() - interval '5 days' "
        "WHERE id = $1::uuid",
        id_of(made), reason);
    const Json off = webhook_now(owner, made);
    expect_webhook(off);
    CHECK_FALSE(off["enabled"].boolean());
    expect_text(reason, off["disabled_reason"].text());
    CHECK_TRUE(is_wire_time(off["failing_since"]));
    const Json again = must_change(owner, made, only("enabled", true));
    CHECK_TRUE(again["enabled"].boolean());
    CHECK_TRUE(again["disabled_reason"].is_null() && again["failing_since"].is_null());
  }
}

TEST(Webhooks, NeedSomethingToChange) {
  const Json made = must_add_webhook(owner);
  for (const auto& nothing : {Json::object(), only("colour", "green"), only("url", Json())})
    expect_problem(400, "validation_failed", change(owner, made, nothing));
}

TEST(Webhooks, AreDeleted) {
  const Json made = must_add_webhook(owner), other = must_add_webhook(owner);
  const auto reply = owner.del(webhook_path(made));
  expect_success(200, "Webhook deleted successfully", reply);
  CHECK_TRUE(reply.data().is_null());
  for (const auto& asked : asked_by(owner, made, fresh_uuid())) expect_problem(404, "webhook_not_found", asked);
  const Json list = list_seen_by(owner);
  LONGS_EQUAL(1, list.size());
  expect_text(id_of(other), id_of(list.at(0)));
}

TEST(Webhooks, HaveSecretsOfTheirOwn) {
  std::set<std::string> secrets;
  for (const auto& person : {owner, owner, make_person()}) secrets.insert(must_add_webhook(person)["secret"].dump());
  LONGS_EQUAL(3, secrets.size());
}

TEST(Webhooks, GetAnotherSecretAndKeepTheOneBeforeForADay) {
  const Json made = must_add_webhook(owner);
  std::set<std::string> secrets = {made["secret"].dump()};
  for (int rotations = 1; rotations <= 2; ++rotations) {
    const auto reply = owner.post(webhook_path(made, "/rotate"), Json::object());
    expect_success(200, "Webhook has another secret", reply);
    expect_webhook_with_secret(reply.data());
    CHECK_TRUE(secrets.insert(reply.data()["secret"].dump()).second);
    const auto until = ticketd::parse_time(reply.data()["previous_secret_until"].text());
    CHECK_TRUE(until.has_value());
    const auto left = *until - ticketd::SystemClock().now();
    CHECK_TRUE(left > hours(24) - minutes(1) && left < hours(24) + minutes(1));
    expect_text(reply.data()["previous_secret_until"].text(), webhook_now(owner, made)["previous_secret_until"].text());
  }
}

TEST(Webhooks, NeverTellTheirSecretAgain) {
  const Json made = must_add_webhook(owner);
  const auto rotated = owner.post(webhook_path(made, "/rotate"), Json::object()).data();
  const auto delivery = write_delivery(made, "failed");
  auto replies = asked_by(owner, made, delivery);
  replies.erase(replies.begin() + 3);  // another rotation
  const Json other = must_add_webhook(owner);
  replies.push_back(owner.get("/v1/webhooks"));
  for (const auto& reply : replies) {
    CHECK_TRUE(reply.status >= 200 && reply.status < 300);
    expect(reply.body.find("whsec_") == std::string::npos, "no secret in " + reply.body);
    for (const auto& shown : {made, rotated, other})
      expect(reply.body.find(shown["secret"].text().substr(6)) == std::string::npos, "no secret in " + reply.body);
  }
}

TEST(Webhooks, AreTenAtMost) {
  Json last;
  for (int i = 0; i < 10; ++i) last = must_add_webhook(owner);
  expect_problem(409, "too_many_webhooks", add_webhook(owner));
  must_change(owner, last, only("enabled", false));  // which counts as well
  expect_problem(409, "too_many_webhooks", add_webhook(owner));
  expect_status(201, add_webhook(make_person()));
  expect_status(200, owner.del(webhook_path(last)));
  expect_status(201, add_webhook(owner));
  expect_problem(409, "too_many_webhooks", add_webhook(owner));
  LONGS_EQUAL(10, list_seen_by(owner).size());
}

TEST(Webhooks, AreTenAlsoIfAllAreMadeAtOnce) {
  std::vector<Response> replies(24);
  in_parallel(12, replies.size(), [&](std::size_t i) { replies[i] = add_webhook(owner); });
  const auto with_status = [&](int status) {
    return std::count_if(replies.begin(), replies.end(), [&](const auto& reply) { return reply.status == status; });
  };
  LONGS_EQUAL(10, with_status(201));
  LONGS_EQUAL(14, with_status(409));
  LONGS_EQUAL(10, list_seen_by(owner).size());
}

TEST(Webhooks, AreTheirOwnersAlone) {
  const Json made = must_add_webhook(owner);
  const auto delivery = write_delivery(made, "failed");
  const auto stranger = make_person(), admin = make_person();
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", admin.id);
  for (const auto& replies : {asked_by(stranger, made, delivery), asked_by(admin, made, delivery),
                              asked_by(stranger, made, delivery, "?user_id=" + owner.id)}) {
    for (const auto& reply : replies) expect_problem(404, "webhook_not_found", reply);
  }
  LONGS_EQUAL(0, list_seen_by(stranger).size());
  LONGS_EQUAL(0, list_seen_by(admin).size());
  expect_text(made["url"].text(), webhook_now(owner, made)["url"].text());
  expect_text("failed", deliveries_of(owner, made)["data"].at(0)["state"].text());
  LONGS_EQUAL(1, deliveries_of(owner, made)["data"].size());
}

TEST(Webhooks, OfAnybodyAreAnAdminsWhoNamesHim) {
  const auto admin = make_person();
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", admin.id);
  admin.post("/v1/webhooks?user_id=" + owner.id, only("url", "https://hooks.example/mine"));
  LONGS_EQUAL(1, list_seen_by(owner).size());
  LONGS_EQUAL(1, list_seen_by(admin, "?user_id=" + owner.id).size());
}

TEST(Webhooks, AreNotThereWithoutOne) {
  for (const auto& reply : asked_by(owner, Json::object({{"id", fresh_uuid()}}), fresh_uuid()))
    expect_problem(404, "webhook_not_found", reply);
}

TEST(Webhooks, HaveAUuid) {
  for (const auto& reply : asked_by(owner, Json::object({{"id", "seven"}}), fresh_uuid()))
    expect_problem(400, "invalid_id", reply);
}

TEST_GROUP(WebhooksAreOff){};

TEST(WebhooksAreOff, AndNobodyAddsOne) {
  expect_problem(409, "webhooks_off", add_webhook(make_person()));
  expect_bad_fields({"url"}, make_person().post("/v1/webhooks", Json::object()));
}

TEST(WebhooksAreOff, AndThoseThatThereAreRemain) {
  const auto owner = make_person();
  Json made;
  {
    const WebhooksAreOn on;
    made = must_add_webhook(owner);
  }
  const auto delivery = write_delivery(made, "failed");
  expect_problem(409, "webhooks_off", add_webhook(owner));
  LONGS_EQUAL(1, list_seen_by(owner).size());
  for (const auto& reply : asked_by(owner, made, delivery)) CHECK_TRUE(reply.status >= 200 && reply.status < 300);
}
