#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(EventStatus) {
  Person owner;

  void setup() override { owner = make_person(); }

  static std::string path(const std::string& id) { return "/v1/events/status/" + id; }
};

TEST(EventStatus, OfANewEvent) {
  const auto reply = owner.get(path(create_event(owner, {.tickets = 4})));
  expect_success(200, "Event status retrieved successfully", reply);
  expect_number(4, reply.data()["available_tickets"]);
  expect_number(0, reply.data()["waiting_list_count"]);
  expect_number(4, reply.data()["total_tickets"]);
  expect_text("open", reply.data()["state"].text());
}

TEST(EventStatus, TellsSomeoneWithoutABookingSo) {
  const Json mine = status_of(owner, create_event(owner))["my"];
  expect_number(0, mine["confirmed"]);
  expect_number(0, mine["waitlisted"]);
  CHECK_TRUE(mine.has("position") && mine["position"].is_null());
}

TEST(EventStatus, TellsAHolderWhatTheyHold) {
  const auto id = create_event(owner, {.tickets = 3, .max_per_user = 2});
  const auto person = make_person();
  for (int i = 0; i < 2; ++i) book_outcome(person, id);
  const Json status = status_of(person, id);
  expect_number(1, status["available_tickets"]);
  expect_number(2, status["my"]["confirmed"]);
  expect_number(0, status["my"]["waitlisted"]);
}

TEST(EventStatus, TellsTheWaitingTheirPlace) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  expect_number(1, status_of(people[1], id)["my"]["position"]);
  const Json last = status_of(people[2], id);
  expect_number(2, last["my"]["position"]);
  expect_number(1, last["my"]["waitlisted"]);
  expect_number(0, last["available_tickets"]);
  expect_number(2, last["waiting_list_count"]);
}

TEST(EventStatus, SaysThatTheEventIsOver) {
  expect_text("over", status_of(owner, create_ended_event(owner))["state"].text());
}

TEST(EventStatus, RefusesAnUnknownId) { expect_problem(404, "event_not_found", owner.get(path(fresh_uuid()))); }

TEST(EventStatus, RefusesWhatIsNoId) { expect_problem(400, "invalid_id", owner.get(path("seven"))); }

TEST(EventStatus, AnswersNotModifiedToItsOwnTag) {
  const auto id = create_event(owner);
  const auto tag = owner.get(path(id)).header("etag");
  CHECK_FALSE(tag.empty());
  expect_status(304, owner.get(path(id), {"If-None-Match: " + tag}));
}

TEST(EventStatus, HasAnotherTagAfterABooking) {
  const auto id = create_event(owner, {.tickets = 5});
  const auto tag = owner.get(path(id)).header("etag");
  people_who_booked(1, id);
  expect_status(200, owner.get(path(id), {"If-None-Match: " + tag}));
}

TEST(EventStatus, HasAnotherTagForAnotherPlaceInTheLine) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  const auto tag = people[1].get(path(id)).header("etag");
  expect_status(200, people[2].get(path(id), {"If-None-Match: " + tag}));
}
