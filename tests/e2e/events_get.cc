#include <cctype>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(GetEvent) {
  Person owner;

  void setup() override { owner = make_person(); }

  static std::string path(const std::string& id) { return "/v1/events/" + id; }
};

TEST(GetEvent, AnswersTheEvent) {
  const auto made = owner.post("/v1/events/initialize", event_body());
  const auto reply = owner.get(path(std::string(made.data()["id"].text())));
  expect_success(200, reply);
  expect_event(reply.data());
  expect_text(made.data().canonical(), reply.data().canonical());
}

TEST(GetEvent, IsForEveryoneSignedIn) { expect_status(200, make_person().get(path(create_event(owner)))); }

TEST(GetEvent, CountsSeatsAndTheLine) {
  const auto id = create_event(owner, {.tickets = 2});
  people_who_booked(3, id);
  const Json event = owner.get(path(id)).data();
  expect_number(2, event["total_tickets"]);
  expect_number(0, event["available_tickets"]);
  expect_number(1, event["waiting_list_count"]);
  expect_number(2, event["_count"]["event_tickets"]);
  expect_number(1, event["_count"]["event_ticket_waiting_list"]);
}

TEST(GetEvent, SaysThatItIsOver) {
  expect_text("over", owner.get(path(create_ended_event(owner))).data()["state"].text());
}

TEST(GetEvent, RefusesAnUnknownId) { expect_problem(404, "event_not_found", owner.get(path(fresh_uuid()))); }

TEST(GetEvent, RefusesWhatIsNoId) {
  for (const char* id :
       {"7", "nobody", "0197f0a0-0000-7000-8000-00000000000", "0197f0a0-0000-7000-8000-00000000000g"}) {
    expect_problem(400, "invalid_id", owner.get(path(id)));
  }
}

TEST(GetEvent, TakesAnIdInUpperCase) {
  auto id = create_event(owner);
  for (char& c : id) c = static_cast<char>(std::toupper(c));
  expect_status(200, owner.get(path(id)));
}

TEST(GetEvent, AnswersNotModifiedToItsOwnTag) {
  const auto id = create_event(owner);
  const auto tag = owner.get(path(id)).header("etag");
  CHECK_FALSE(tag.empty());
  const auto reply = owner.get(path(id), {"If-None-Match: " + tag});
  expect_status(304, reply);
  expect_text("", reply.body);
  expect_text(tag, reply.header("etag"));
}

TEST(GetEvent, HasAnotherTagAfterAChange) {
  const auto id = create_event(owner);
  const auto tag = owner.get(path(id)).header("etag");
  owner.patch(path(id), Json::object({{"location", "The new hall"}}));
  const auto reply = owner.get(path(id), {"If-None-Match: " + tag});
  expect_status(200, reply);
  CHECK(reply.header("etag") != tag);
}

TEST(GetEvent, FindsItsTagInAList) {
  const auto id = create_event(owner);
  const auto tag = owner.get(path(id)).header("etag");
  expect_status(304, owner.get(path(id), {"If-None-Match: \"other\", " + tag}));
  expect_status(304, owner.get(path(id), {"If-None-Match: *"}));
  expect_status(200, owner.get(path(id), {"If-None-Match: \"other\""}));
}
