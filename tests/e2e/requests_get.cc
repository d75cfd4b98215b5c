#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(GetRequest) {
  Person owner;
  Person person;

  void setup() override {
    owner = make_person();
    person = make_person();
  }
  void teardown() override { resume_workers(); }

  static std::string href_of(const Response& accepted) {
    return std::string(accepted.data()["request"]["href"].text());
  }
};

TEST(GetRequest, SaysQueuedUntilAWorkerHasIt) {
  const auto id = create_event(owner);
  pause_workers();
  const auto accepted = book(person, id);
  const auto reply = person.get(href_of(accepted));
  expect_success(200, reply);
  expect_text("queued", reply.data()["state"].text());
  expect_text("book", reply.data()["kind"].text());
  CHECK_TRUE(reply.data()["outcome"].is_null());
  resume_workers();
  expect_text("confirmed", await_request(person, accepted)["outcome"].text());
}

TEST(GetRequest, HidesAQueuedOneFromOthers) {
  const auto id = create_event(owner);
  pause_workers();
  const auto accepted = book(person, id);
  expect_problem(404, "request_not_found", owner.get(href_of(accepted)));
}

TEST(GetRequest, TellsTheOutcomeAndTheBooking) {
  const auto id = create_event(owner);
  const auto accepted = book(person, id);
  const Json request = await_request(person, accepted);
  expect_text(accepted.data()["request"]["id"].text(), request["id"].text());
  expect_text("book", request["kind"].text());
  expect_text("done", request["state"].text());
  expect_text("confirmed", request["outcome"].text());
  CHECK_TRUE(is_uuid(request["booking"]["id"]));
  expect_text("confirmed", request["booking"]["state"].text());
}

TEST(GetRequest, TellsThePlaceInTheLine) {
  const auto id = create_event(owner);
  people_who_booked(2, id);
  const Json request = await_request(person, book(person, id));
  expect_text("waitlisted", request["outcome"].text());
  expect_number(2, request["booking"]["position"]);
}

TEST(GetRequest, TellsWhyItWasRejected) {
  const auto id = create_event(owner, {.tickets = 2});
  book_outcome(person, id);
  const Json request = await_request(person, book(person, id));
  expect_text("done", request["state"].text());
  expect_text("rejected", request["outcome"].text());
  expect_text("limit_reached", request["reason"].text());
}

TEST(GetRequest, OfACancellation) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  const Json request = await_request(person, cancel(person, id));
  expect_text("cancel", request["kind"].text());
  expect_text("done", request["state"].text());
  expect_text("cancelled", request["outcome"].text());
}

TEST(GetRequest, HidesItFromOthers) {
  const auto accepted = book(person, create_event(owner));
  await_request(person, accepted);
  expect_problem(404, "request_not_found", owner.get(href_of(accepted)));
}

TEST(GetRequest, RefusesAnUnknownId) {
  expect_problem(404, "request_not_found", person.get("/v1/requests/" + fresh_uuid()));
}

TEST(GetRequest, RefusesWhatIsNoId) { expect_problem(400, "invalid_id", person.get("/v1/requests/seven")); }
