// What an organiser says about groups.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(EventsOfGroups) {
  Person owner = make_person();

  static std::string settings_in(const Json& event) {
    std::string text;
    for (const auto* field : {"max_per_user", "max_per_booking", "max_skips", "saving_stops_hours"})
      text += std::to_string(event[field].integer()) + ' ';
    return text;
  }
  std::string settings_of(const std::string& id) const { return settings_in(owner.get("/v1/events/" + id).data()); }
};

TEST(EventsOfGroups, HaveSettingsByDefault) {
  const auto reply = owner.post("/v1/events/initialize", event_body());
  expect_event(reply.data());
  expect_text("1 100 3 24 ", settings_in(reply.data()));
  expect_text("1 100 3 24 ", settings_of(std::string(reply.data()["id"].text())));
}

TEST(EventsOfGroups, HaveTheSettingsThatTheyGet) {
  const auto id =
      create_group_event(owner, 5, {{"max_per_booking", 7}, {"max_skips", 0}, {"saving_stops_hours", 8784}});
  expect_text("100 7 0 8784 ", settings_of(id));
  expect_text("100 7 0 8784 ", settings_in(owner.get("/v1/events/my-events").data().at(0)));
  const std::string title(owner.get("/v1/events/" + id).data()["title"].text());
  expect_text("100 7 0 8784 ", settings_in(owner.get("/v1/events/discover?q=" + title).data()["data"].at(0)));
}

TEST(EventsOfGroups, AreChangedOneSettingAtATime) {
  const auto id = create_group_event(owner, 5);
  const auto change = [&](const char* field, int value) {
    const auto reply = owner.patch("/v1/events/" + id, Json::object({{field, value}}));
    expect_success(200, reply);
    return settings_in(reply.data());
  };
  expect_text("100 2 3 24 ", change("max_per_booking", 2));
  expect_text("100 2 100 24 ", change("max_skips", 100));
  expect_text("100 2 100 0 ", change("saving_stops_hours", 0));
  expect_text("4 2 100 0 ", change("max_per_user", 4));
}

TEST(EventsOfGroups, KeepTheBounds) {
  const auto id = create_group_event(owner, 5);
  const std::vector<std::string> all = {"max_per_booking", "max_skips", "saving_stops_hours"};
  for (const Json& bad : {Json(-1), Json(8785), Json("3"), *Json::parse("2.5"), Json(true)}) {
    const Json body = Json::object({{"max_per_booking", bad}, {"max_skips", bad}, {"saving_stops_hours", bad}});
    expect_bad_fields(all, owner.patch("/v1/events/" + id, body));
    Json event = event_body();
    for (const auto& field : all) event.set(field.c_str(), bad);
    expect_bad_fields(all, owner.post("/v1/events/initialize", event));
  }
  expect_bad_fields({"max_per_booking"}, owner.patch("/v1/events/" + id, Json::object({{"max_per_booking", 0}})));
  expect_text("100 100 3 24 ", settings_of(id));
}

TEST(EventsOfGroups, AreOtherEventsUnderAnotherSetting) {
  const auto key = fresh_uuid();
  Json body = event_body();
  const auto create = [&] { return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + key}); };
  expect_status(201, create());
  body.set("max_skips", 3);  // what it is by default
  expect_status(201, create());
  body.set("max_skips", 4);
  expect_problem(422, "idempotency_key_reused", create());
}
