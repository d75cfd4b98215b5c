// Who finds an event, and the time zone in which it takes place.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(EventVisibility) {
  Person owner = make_person();
  const std::string word = fresh_title();

  Response create(const Json& fields) const {
    Json body = event_body({.title = word});
    for (const auto* name : {"visibility", "timezone"}) {
      if (fields.has(name)) body.set(name, fields[name]);
    }
    return owner.post("/v1/events/initialize", body);
  }
  std::string create_unlisted() const {
    const auto reply = create(Json::object({{"visibility", "unlisted"}}));
    expect_success(201, reply);
    expect_text("unlisted", reply.data()["visibility"].text());
    return std::string(reply.data()["id"].text());
  }
  Response change(const std::string& id, const Json& changes) const { return owner.patch("/v1/events/" + id, changes); }
  std::int64_t found(const std::string& more = "") const {
    const auto reply = owner.get("/v1/events/discover?q=" + word + more);
    expect_success(200, reply);
    expect_number(static_cast<std::int64_t>(reply.data()["data"].size()), reply.data()["pagination"]["total"]);
    return static_cast<std::int64_t>(reply.data()["data"].size());
  }
};

TEST(EventVisibility, IsForAllUnlessItIsSaid) {
  const auto reply = create(Json::object());
  expect_text("public", reply.data()["visibility"].text());
  CHECK_TRUE(reply.data().has("timezone") && reply.data()["timezone"].is_null());
  LONGS_EQUAL(1, found());
}

TEST(EventVisibility, OfAnUnlistedOneIsByItsLink) {
  const auto id = create_unlisted();
  for (const auto* list : {"", "&when=all", "&sort=start_date_time", "&sort=-created_at", "&available=true"})
    LONGS_EQUAL(0, found(list));
  const auto guest = make_person();
  expect_text("unlisted", guest.get("/v1/events/" + id).data()["visibility"].text());
  expect_status(200, guest.get("/v1/events/status/" + id));
  expect_text("confirmed", book_outcome(guest, id));
  expect_text(id, owner.get("/v1/events/my-events?q=" + word).data().at(0)["id"].text());
}

TEST(EventVisibility, ChangesAtOnce) {
  const auto id = create_unlisted();
  expect_text("public", change(id, Json::object({{"visibility", "public"}})).data()["visibility"].text());
  LONGS_EQUAL(1, found());
  expect_text("unlisted", change(id, Json::object({{"visibility", "unlisted"}})).data()["visibility"].text());
  LONGS_EQUAL(0, found());
}

TEST(EventVisibility, ChangesWithTheSeats) {
  const auto id = create_unlisted();
  const auto reply =
      change(id, Json::object({{"number_of_tickets", 7}, {"visibility", "public"}, {"timezone", "Europe/Berlin"}}));
  expect_success(200, reply);
  expect_number(7, reply.data()["total_tickets"]);
  expect_text("public", reply.data()["visibility"].text());
  expect_text("Europe/Berlin", reply.data()["timezone"].text());
}

TEST(EventVisibility, GoesWithATimeZone) {
  const auto reply = create(Json::object({{"timezone", "Europe/Berlin"}}));
  expect_success(201, reply);
  expect_text("Europe/Berlin", reply.data()["timezone"].text());
  const std::string id(reply.data()["id"].text());
  const auto changed = change(id, Json::object({{"timezone", "Asia/Tokyo"}}));
  expect_text("Asia/Tokyo", changed.data()["timezone"].text());
  expect_text("Asia/Tokyo", owner.get("/v1/events/" + id).data()["timezone"].text());
  expect_text("Asia/Tokyo", change(id, Json::object({{"title", word}})).data()["timezone"].text());
}

TEST(EventVisibility, AndTimeZoneAreOnesThatThereAre) {
  const auto id = create_unlisted();
  for (const auto* zone : {"posixrules", "right/UTC", "../zoneinfo/UTC", "europe/berlin", "CEST", ""}) {
    const Json bad = Json::object({{"visibility", "hidden"}, {"timezone", zone}});
    expect_bad_fields({"visibility", "timezone"}, create(bad));
    expect_bad_fields({"visibility", "timezone"}, change(id, bad));
  }
}

TEST(EventVisibility, MakesItAnotherEvent) {
  const auto key = fresh_uuid();
  Json body = event_body();
  const auto make = [&] { return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + key}); };
  expect_status(201, make());
  body.set("visibility", "public");  // what it is by default
  expect_status(201, make());
  body.set("visibility", "unlisted");
  expect_problem(422, "idempotency_key_reused", make());
}
