#include "support/booking_steps.h"
#include "support/checks.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(MyEvents) {
  Person owner;

  void setup() override { owner = make_person(); }

  Json mine(const std::string& parameters = "") const {
    const auto reply = owner.get("/v1/events/my-events" + parameters);
    expect_success(200, "All events retrieved successfully", reply);
    CHECK_TRUE(reply.data().is_array());
    return reply.data();
  }
};

TEST(MyEvents, AreNoneAtFirst) { LONGS_EQUAL(0, mine().size()); }

TEST(MyEvents, AreTheOnesIMade) {
  const auto id = create_event(owner);
  create_event(make_person());
  LONGS_EQUAL(1, mine().size());
  expect_event(mine().at(0));
  expect_text(id, mine().at(0)["id"].text());
}

TEST(MyEvents, HaveAnAlias) {
  create_event(owner);
  const auto reply = owner.get("/v1/events/me");
  expect_success(200, "All events retrieved successfully", reply);
  expect_text(mine().canonical(), reply.data().canonical());
}

TEST(MyEvents, IncludeTheOnesThatAreOver) {
  const auto id = create_ended_event(owner);
  expect_text(id, mine().at(0)["id"].text());
}

TEST(MyEvents, ComeInPages) {
  for (int i = 0; i < 3; ++i) create_event(owner);
  const Json first = mine("?limit=2"), second = mine("?limit=2&page=2");
  LONGS_EQUAL(2, first.size());
  LONGS_EQUAL(1, second.size());
  CHECK(first.at(0)["id"].text() != second.at(0)["id"].text());
  CHECK(first.at(1)["id"].text() != second.at(0)["id"].text());
}

TEST(MyEvents, ForgetADeletedOne) {
  const auto kept = create_event(owner), gone = create_event(owner);
  owner.del("/v1/events/" + gone);
  LONGS_EQUAL(1, mine().size());
  expect_text(kept, mine().at(0)["id"].text());
}

TEST(MyEvents, NameEveryBadParameter) {
  for (const char* path : {"/v1/events/my-events", "/v1/events/me"})
    expect_bad_fields({"page", "limit"}, owner.get(std::string(path) + "?page=0&limit=101"));
}

// Each is an empty list whatever there is.
TEST(MyEvents, RefuseWhatContradictsItself) {
  const auto bad = [&](const std::string& field, const std::string& query) {
    const auto reply = owner.get("/v1/events/my-events?" + query);
    expect_bad_fields({field}, reply);
    expect_contains("state=", reply.body);
  };
  bad("when", "state=open&when=past");
  bad("when", "state=over&when=upcoming");
  bad("from", "state=over&from=" + time_in(std::chrono::hours(1)));
  for (const char* fine : {"state=open&when=upcoming", "state=over&when=past", "state=open&when=all",
                           "state=cancelled&when=past", "state=all&when=upcoming"})
    expect_status(200, owner.get(std::string("/v1/events/me?") + fine));
}

TEST(MyEvents, ShowTheBeginningOfLongTexts) {
  const std::string longer(10'000, 'x');
  const auto reply = owner.post("/v1/events/initialize", event_body().set("description", longer));
  expect_text(longer, reply.data()["description"].text());
  expect_text(longer.substr(0, 199) + "…", mine().at(0)["description"].text());
  expect_text("The old hall", mine().at(0)["location"].text());
  CHECK_TRUE(mine().at(0)["truncated"].boolean());
}
