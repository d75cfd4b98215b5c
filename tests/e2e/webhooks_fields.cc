// What a webhook may be sent to, of what and of which events; and what is refused.
#include "support/booking_steps.h"
#include "support/pool_steps.h"
#include "support/token_forge.h"
#include "support/webhook_steps.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

constexpr std::size_t kMostUrl = 2048;
constexpr int kMostWords = 20, kMostIds = 100;
const std::string kHost = "https://hooks.example";

// A list of so many.
Json repeated(int count, const Json& item) {
  auto list = Json::array();
  for (int i = 0; i < count; ++i) list.push(item);
  return list;
}

}  // namespace

TEST_GROUP(WebhookFields) {
  WebhooksAreOn on;
  Person owner = make_person();
  Json webhook = must_add_webhook(owner);

  Response add(const char* field, const Json& value) const { return add_webhook(owner, {{field, value}}); }
  Response change(const char* field, const Json& value) const {
    return owner.patch(webhook_path(webhook), only(field, value));
  }
  // Whether the webhook is new or not.
  void expect_bad(const char* field, const Json& value, Where where = Where::current()) const {
    expect_bad_fields({field}, add(field, value), where);
    expect_bad_fields({field}, change(field, value), where);
  }
  void expect_url(const std::string& url, Where where = Where::current()) const {
    const auto reply = change("url", url);
    expect_success(200, reply, where);
    expect_text(url, reply.data()["url"].text(), where);
  }
};

TEST(WebhookFields, NeedAUrl) {
  expect_bad_fields({"url"}, owner.post("/v1/webhooks", Json::object()));
  expect_bad_fields({"url"}, add("url", Json()));
  for (const auto& none : {Json(7), Json(true), Json::object(), list_of({kHost})}) expect_bad("url", none);
}

TEST(WebhookFields, HaveAUrlOfHttp) {
  for (const auto& url : {"http://hooks.example", "https://hooks.example/", "https://hooks.example/a/b.c?d=e&f=%20",
                          "http://192.0.2.7/tickets", "https://hooks.example?key=value"})
    expect_url(url);
  for (const char* url :
       {"", "hooks.example", "//hooks.example/", "/tickets", "ftp://hooks.example/", "file:///etc/passwd",
        "gopher://hooks.example/", "javascript:alert(1)", "mailto:ann@hooks.example", "http:", "https:hooks.example"})
    expect_bad("url", url);
}

TEST(WebhookFields, HaveAUrlWithAHost) {
  for (const char* url : {"http://", "https:///tickets", "http://:8080/", "https://?a=b", "https://hooks example/",
                          "https://hooks.example\\@other.example/"})
    expect_bad("url", url);
}

TEST(WebhookFields, HaveAUrlWithoutUserAndPassword) {
  for (const char* url : {"https://ann@hooks.example/", "https://ann:secret@hooks.example/", "https://:@hooks.example/",
                          "https://@hooks.example/", "https://hooks.example:443@other.example/"})
    expect_bad("url", url);
}

TEST(WebhookFields, HaveAUrlWithoutAFragment) {
  for (const char* end : {"#", "/#", "/tickets#part", "?a=b#part"}) expect_bad("url", kHost + end);
}

TEST(WebhookFields, HaveAUrlOfAPortThatIsNoOtherService) {
  for (const char* port : {"80", "443", "1024", "8080", "65535"}) {
    expect_url("http://hooks.example:" + std::string(port) + "/");
    expect_url(kHost + ":" + port);
  }
  for (const char* port :
       {"0", "1", "22", "25", "79", "81", "442", "444", "1023", "65536", "99999", "4294967376", "-80", "http"})
    expect_bad("url", kHost + ":" + port + "/");
}

TEST(WebhookFields, HaveAUrlOfBoundedLength) {
  const auto longest = kHost + "/" + std::string(kMostUrl - kHost.size() - 1, 'a');
  expect_url(longest);
  expect_bad("url", longest + "a");
}

TEST(WebhookFields, HaveAUrlWithoutSpaceAroundIt) {
  const auto reply = change("url", " " + kHost + "/tickets\n");
  expect_success(200, reply);
  expect_text(kHost + "/tickets", reply.data()["url"].text());
}

// It is judged when it is to be sent to, and a name may lead anywhere.
TEST(WebhookFields, HaveAUrlOfAnyAddress) {
  for (const char* url : {"http://127.0.0.1:8080/", "http://localhost/", "http://10.0.0.1/", "http://169.254.169.254/"})
    expect_url(url);
}

TEST(WebhookFields, HaveEachOfTheEvents) {
  for (const char* event : {"booking.confirmed", "booking.waitlisted", "booking.held", "booking.promoted",
                            "booking.changed", "booking.cancelled", "booking.expired", "booking.rejected",
                            "event.updated", "event.cancelled", "event.sold_out"}) {
    const auto reply = change("events", list_of({event}));
    expect_success(200, reply);
    expect_text(list_of({event}).dump(), reply.data()["events"].dump());
  }
}

TEST(WebhookFields, HaveEventsOfTheListAlone) {
  for (const char* word : {"", "booking", "booking.*", "*", "Booking.confirmed", "event.deleted", "webhook.test"}) {
    expect_bad("events", list_of({word}));
    expect_bad("events", list_of({"booking.confirmed", word}));
  }
  for (const auto& none : {Json("booking.confirmed"), Json(7), Json(true), Json::object(), list_of({Json(7)}),
                           list_of({Json()}), list_of({list_of({"booking.confirmed"})})})
    expect_bad("events", none);
}

TEST(WebhookFields, HaveOneToTwentyEvents) {
  expect_bad("events", Json::array());
  expect_bad("events", repeated(kMostWords + 1, "booking.confirmed"));
  const auto reply = change("events", repeated(kMostWords, "booking.confirmed"));
  expect_success(200, reply);
  expect_text("booking.confirmed", reply.data()["events"].at(0).text());
}

TEST(WebhookFields, HaveEventsOfTheirOwner) {
  const auto mine = create_event(owner), too = create_event(owner), not_mine = create_event(make_person());
  expect_status(201, add("event_ids", list_of({mine, too})));
  for (const auto& ids : {list_of({not_mine}), list_of({fresh_uuid()}), list_of({mine, not_mine}),
                          list_of({mine, too, fresh_uuid()}), list_of({owner.id})}) {
    expect_problem(404, "event_not_found", add("event_ids", ids));
    expect_problem(404, "event_not_found", change("event_ids", ids));
  }
  CHECK_TRUE(webhook_now(owner, webhook)["event_ids"].is_null());
}

TEST(WebhookFields, HaveEventIdsThatAreUuids) {
  for (const auto& none : {Json(7), Json("seven"), Json(fresh_uuid()), Json::object(), list_of({"seven"}),
                           list_of({Json(7)}), list_of({Json()}), list_of({fresh_uuid(), "seven"})}) {
    expect_bad_id("event_ids", add("event_ids", none));
    expect_bad_id("event_ids", change("event_ids", none));
  }
}

TEST(WebhookFields, HaveOneToAHundredEventIds) {
  expect_bad("event_ids", Json::array());
  auto many = Json::array();
  for (int i = 0; i < kMostIds; ++i) many.push(fresh_uuid());
  expect_problem(404, "event_not_found", change("event_ids", many));
  expect_bad("event_ids", many.push(fresh_uuid()));
}

TEST(WebhookFields, AreOnOrOff) {
  for (const auto& none : {Json(0), Json("yes"), Json("false"), Json::array()})
    expect_bad_fields({"enabled"}, change("enabled", none));
}

TEST(WebhookFields, AreNamedAllAtOnceWhereTheyAreBad) {
  const auto body =
      Json::object({{"url", "hooks.example"}, {"events", Json::array()}, {"event_ids", Json::array()}, {"enabled", 7}});
  expect_bad_fields({"url", "events", "event_ids", "enabled"}, owner.patch(webhook_path(webhook), body));
}

TEST(WebhookFields, LeaveTheWebhookAsItWasWhereOneIsBad) {
  const auto body = Json::object({{"url", kHost + "/other"}, {"events", list_of({"nonsense"})}, {"enabled", false}});
  expect_bad_fields({"events"}, owner.patch(webhook_path(webhook), body));
  const auto of_others = Json::object({{"url", kHost + "/other"}, {"event_ids", list_of({fresh_uuid()})}});
  expect_problem(404, "event_not_found", owner.patch(webhook_path(webhook), of_others));
  const Json now = webhook_now(owner, webhook);
  for (const char* field : {"url", "events", "event_ids", "enabled"})
    expect_text(webhook[field].dump(), now[field].dump());
}
