#include <algorithm>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(BookEvent) {
  Person owner;
  Person person;

  void setup() override {
    owner = make_person();
    person = make_person();
  }
  void teardown() override { resume_workers(); }
};

TEST(BookEvent, IsAcceptedAtOnce) {
  const auto id = create_event(owner);
  const auto reply = book(person, id);
  expect_success(202, "Event booking submitted successfully", reply);
  const Json request = reply.data()["request"];
  CHECK_TRUE(is_uuid(request["id"]));
  expect_text("book", request["kind"].text());
  expect_text("queued", request["state"].text());
  expect_text("/v1/requests/" + std::string(request["id"].text()), request["href"].text());
  expect_text(request["href"].text(), reply.header("location"));
}

TEST(BookEvent, AnswersANotificationThatSaysItIsProcessed) {
  const auto id = create_event(owner);
  const Json notification = book(person, id).data()["notification"];
  expect_notification(notification);
  expect_contains("being processed", notification["message"].text());
  expect_text(person.id, notification["user_id"].text());
  expect_text(id, notification["event_id"].text());
}

TEST(BookEvent, ConfirmsWhileSeatsAreFree) {
  const auto id = create_event(owner, {.tickets = 2});
  expect_text("confirmed", book_outcome(person, id));
  expect_number(1, status_of(person, id)["available_tickets"]);
  expect_text("confirmed", booking_of_event(person, id)["state"].text());
}

TEST(BookEvent, WaitsInLineOnceSoldOut) {
  const auto id = create_event(owner, {.tickets = 1});
  expect_text("confirmed", book_outcome(make_person(), id));
  expect_text("waitlisted", book_outcome(person, id));
  const Json booking = booking_of_event(person, id);
  expect_text("waitlisted", booking["state"].text());
  expect_number(1, booking["position"]);
}

TEST(BookEvent, GivesPlacesInOrderOfArrival) {
  const auto id = create_event(owner, {.tickets = 1});
  const auto people = people_who_booked(5, id);
  for (std::size_t i = 1; i < people.size(); ++i) {
    expect_number(static_cast<std::int64_t>(i), booking_of_event(people[i], id)["position"]);
  }
}

TEST(BookEvent, LetsTheOwnerInAsWell) { expect_text("confirmed", book_outcome(owner, create_event(owner))); }

TEST(BookEvent, HoldsAPersonToOneTicket) {
  const auto id = create_event(owner, {.tickets = 5});
  book_outcome(person, id);
  const Json request = await_request(person, book(person, id));
  expect_text("rejected", request["outcome"].text());
  expect_text("limit_reached", request["reason"].text());
  expect_number(4, status_of(person, id)["available_tickets"]);
}

TEST(BookEvent, HoldsAPersonToTheLimitOfTheEvent) {
  const auto id = create_event(owner, {.tickets = 5, .max_per_user = 2});
  expect_text("confirmed", book_outcome(person, id));
  expect_text("confirmed", book_outcome(person, id));
  expect_text("rejected", book_outcome(person, id));
}

TEST(BookEvent, CountsTheWaitingToTheLimit) {
  const auto id = create_event(owner, {.tickets = 1, .max_per_user = 2});
  expect_text("confirmed", book_outcome(person, id));
  expect_text("waitlisted", book_outcome(person, id));
  expect_text("rejected", book_outcome(person, id));
  expect_number(1, status_of(person, id)["waiting_list_count"]);
}

TEST(BookEvent, LetsAPersonBookAgainAfterACancel) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  cancel_outcome(person, id);
  expect_text("confirmed", book_outcome(person, id));
}

TEST(BookEvent, HoldsTheLimitAgainstParallelRequests) {
  for (const int limit : {1, 2}) {
    const auto id = create_event(owner, {.tickets = 50, .max_per_user = limit});
    std::vector<Response> replies(24);
    in_parallel(24, 24, [&](std::size_t i) { replies[i] = book(person, id); });
    std::vector<std::string> outcomes;
    for (const auto& reply : replies) outcomes.emplace_back(await_request(person, reply)["outcome"].text());
    LONGS_EQUAL(limit, std::count(outcomes.begin(), outcomes.end(), "confirmed"));
    LONGS_EQUAL(24 - limit, std::count(outcomes.begin(), outcomes.end(), "rejected"));
  }
}

TEST(BookEvent, RefusesAnUnknownEvent) { expect_problem(404, "event_not_found", book(person, fresh_uuid())); }

TEST(BookEvent, RefusesAnEventThatIsOver) {
  expect_problem(409, "event_over", book(person, create_ended_event(owner, {.tickets = 5})));
}

TEST(BookEvent, RefusesADeletedEvent) {
  const auto id = create_event(owner);
  expect_status(200, owner.del("/v1/events/" + id));
  expect_problem(409, "event_cancelled", book(person, id));
}

TEST(BookEvent, RefusesADeletedEventItHasJustBooked) {
  const auto id = create_event(owner, {.tickets = 5});
  book_outcome(make_person(), id);
  expect_status(200, owner.del("/v1/events/" + id));
  const auto reply = book(person, id);
  if (reply.status == 409) return expect_problem(409, "event_cancelled", reply);
  expect_text("event_cancelled", await_request(person, reply)["reason"].text());
}

TEST(BookEvent, IsRejectedBehindADeletionInTheQueue) {
  const auto id = create_event(owner, {.tickets = 5});
  book_outcome(make_person(), id);
  pause_workers();
  const auto deletion = owner.del("/v1/events/" + id);
  const auto booking = book(person, id);
  resume_workers();
  await_request(owner, deletion);
  const Json request = await_request(person, booking);
  expect_text("rejected", request["outcome"].text());
  expect_text("event_cancelled", request["reason"].text());
}

TEST(BookEvent, NamesTheMissingField) {
  expect_bad_fields({"event_id"}, person.post("/v1/events/book", Json::object()));
}

TEST(BookEvent, RefusesWhatIsNoId) {
  for (const Json& id : {Json("seven"), Json(7), Json(), Json(true), Json::array(), Json::object()}) {
    expect_bad_id("event_id", person.post("/v1/events/book", Json::object({{"event_id", id}})));
  }
}
