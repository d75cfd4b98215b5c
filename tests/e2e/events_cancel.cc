#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(CancelBooking) {
  Person owner;
  Person person;

  void setup() override {
    owner = make_person();
    person = make_person();
  }

  static std::string state_of(const Person& someone, const std::string& event_id) {
    return std::string(booking_of_event(someone, event_id)["state"].text());
  }

  static Response cancel_booking(const Person& someone, const Json& booking_id) {
    return someone.del("/v1/events/booking/cancel", Json::object({{"booking_id", booking_id}}));
  }
};

TEST(CancelBooking, IsAcceptedAtOnce) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  const auto reply = cancel(person, id);
  expect_success(202, "Event booking cancellation submitted successfully", reply);
  expect_text("cancel", reply.data()["request"]["kind"].text());
  expect_text("queued", reply.data()["request"]["state"].text());
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_notification(reply.data()["notification"]);
  expect_contains("being processed", reply.data()["notification"]["message"].text());
}

TEST(CancelBooking, FreesTheSeat) {
  const auto id = create_event(owner, {.tickets = 2});
  book_outcome(person, id);
  expect_text("cancelled", cancel_outcome(person, id));
  expect_number(2, status_of(person, id)["available_tickets"]);
  const Json booking = booking_of_event(person, id);
  expect_text("cancelled", booking["state"].text());
  CHECK_TRUE(is_wire_time(booking["cancelled_at"]));
}

TEST(CancelBooking, GivesTheSeatToTheLongestWaiting) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  cancel_outcome(people[0], id);
  const Json first = booking_of_event(people[1], id);
  expect_text("confirmed", first["state"].text());
  CHECK_TRUE(is_wire_time(first["promoted_at"]));
  CHECK_TRUE(first["position"].is_null());
  expect_text("waitlisted", state_of(people[2], id));
}

TEST(CancelBooking, LeavesNoSeatIdleWhileSomeoneWaits) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  cancel_outcome(people[0], id);
  expect_number(0, status_of(owner, id)["available_tickets"]);
  expect_number(1, status_of(owner, id)["waiting_list_count"]);
}

TEST(CancelBooking, PromotesInOrderOneAfterTheOther) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(5, id);
  for (std::size_t i = 0; i + 1 < people.size(); ++i) {
    expect_text("confirmed", state_of(people[i], id));
    expect_text("waitlisted", state_of(people[i + 1], id));
    expect_text("cancelled", cancel_outcome(people[i], id));
  }
  expect_text("confirmed", state_of(people.back(), id));
}

TEST(CancelBooking, TakesAWaitingOneOutOfTheLine) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(4, id);
  expect_text("cancelled", cancel_outcome(people[1], id));
  expect_number(1, booking_of_event(people[2], id)["position"]);
  expect_number(2, booking_of_event(people[3], id)["position"]);
  expect_text("confirmed", state_of(people[0], id));
  expect_number(2, status_of(owner, id)["waiting_list_count"]);
}

TEST(CancelBooking, PutsSomeoneWhoComesBackAtTheEnd) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  cancel_outcome(people[1], id);
  book_outcome(people[1], id);
  expect_number(1, booking_of_event(people[2], id)["position"]);
  expect_number(2, booking_of_event(people[1], id)["position"]);
}

TEST(CancelBooking, ByEventTakesTheNewest) {
  const auto id = create_event(owner, {.tickets = 5, .max_per_user = 2});
  const Json first = await_request(person, book(person, id)), second = await_request(person, book(person, id));
  cancel_outcome(person, id);
  const auto path = [](const Json& request) { return "/v1/bookings/" + std::string(request["booking"]["id"].text()); };
  expect_text("confirmed", person.get(path(first)).data()["state"].text());
  expect_text("cancelled", person.get(path(second)).data()["state"].text());
}

TEST(CancelBooking, ByEventTakesAWaitingOneIfThatIsTheNewest) {
  const auto id = create_event(owner, {.tickets = 1, .max_per_user = 2});
  expect_text("confirmed", book_outcome(person, id));
  expect_text("waitlisted", book_outcome(person, id));
  cancel_outcome(person, id);
  const Json status = status_of(person, id);
  expect_number(1, status["my"]["confirmed"]);
  expect_number(0, status["my"]["waitlisted"]);
}

TEST(CancelBooking, ByBookingTakesThatOne) {
  const auto id = create_event(owner, {.tickets = 5, .max_per_user = 2});
  const Json first = await_request(person, book(person, id)), second = await_request(person, book(person, id));
  const auto reply = cancel_booking(person, first["booking"]["id"]);
  expect_text("cancelled", await_request(person, reply)["outcome"].text());
  const Json left = person.get("/v1/bookings?state=confirmed&event_id=" + id).data()["data"];
  LONGS_EQUAL(1, left.size());
  expect_text(second["booking"]["id"].text(), left.at(0)["id"].text());
}

TEST(CancelBooking, FindsNothingWhereNothingIsHeld) {
  const auto id = create_event(owner);
  expect_text("nothing_to_cancel", cancel_outcome(person, id));
  expect_number(1, status_of(person, id)["available_tickets"]);
}

TEST(CancelBooking, FindsNothingTheSecondTime) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  expect_text("cancelled", cancel_outcome(person, id));
  expect_text("nothing_to_cancel", cancel_outcome(person, id));
}

TEST(CancelBooking, FreesOneSeatForManyAtOnce) {
  const auto id = create_event(owner, {.tickets = 3});
  book_outcome(person, id);
  std::vector<Response> replies(8);
  in_parallel(8, 8, [&](std::size_t i) { replies[i] = cancel(person, id); });
  int cancelled = 0;
  for (const auto& reply : replies) cancelled += await_request(person, reply)["outcome"].text() == "cancelled" ? 1 : 0;
  LONGS_EQUAL(1, cancelled);
  expect_number(3, status_of(person, id)["available_tickets"]);
}

TEST(CancelBooking, RefusesAnUnknownEvent) { expect_problem(404, "event_not_found", cancel(person, fresh_uuid())); }

TEST(CancelBooking, RefusesAnUnknownBooking) {
  expect_problem(404, "booking_not_found", cancel_booking(person, fresh_uuid()));
}

TEST(CancelBooking, RefusesTheBookingOfSomebodyElse) {
  const auto id = create_event(owner);
  const Json booking = await_request(person, book(person, id))["booking"];
  expect_problem(404, "booking_not_found", cancel_booking(owner, booking["id"]));
  expect_text("confirmed", state_of(person, id));
}

TEST(CancelBooking, NeedsAnEventOrABooking) {
  expect_problem(400, "validation_failed", person.del("/v1/events/booking/cancel", Json::object()));
}

TEST(CancelBooking, RefusesWhatIsNoId) {
  for (const char* field : {"event_id", "booking_id"}) {
    expect_bad_id(field, person.del("/v1/events/booking/cancel", Json::object({{field, "seven"}})));
  }
}
