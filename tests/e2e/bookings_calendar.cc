// GET /v1/bookings/{id}/event.ics. The tests of the documents have each answer read by a calendar's library.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(BookingsCalendar) {
  std::vector<Person> people = make_people(3);  // the owner, who books first, who waits
  std::string event =
      create_event(people[0], {.title = "Fiesta, con música; hasta el amanecer, y después el desayuno en la plaza"});

  std::string path_of(const Person& person) const {
    return "/v1/bookings/" + std::string(booking_of_event(person, event)["id"].text()) + "/event.ics";
  }
  std::string calendar_of(const Person& person) const {
    const auto reply = person.get(path_of(person));
    expect_status(200, reply);
    return reply.body;
  }
  std::string status_in(const std::string& calendar) const {
    const auto at = calendar.find("\r\nSTATUS:") + 9;
    return calendar.substr(at, calendar.find('\r', at) - at);
  }
};

TEST(BookingsCalendar, FollowsTheBooking) {
  book_outcome(people[1], event);
  book_outcome(people[2], event);
  STRCMP_EQUAL("CONFIRMED", status_in(calendar_of(people[1])).c_str());
  STRCMP_EQUAL("TENTATIVE", status_in(calendar_of(people[2])).c_str());
  cancel_outcome(people[1], event);
  STRCMP_EQUAL("CANCELLED", status_in(calendar_of(people[1])).c_str());
  STRCMP_EQUAL("CONFIRMED", status_in(calendar_of(people[2])).c_str());
  expect_status(200, people[0].patch("/v1/events/" + event, Json::object({{"location", "Jardín"}})));
  STRCMP_CONTAINS("\r\nLOCATION:Jardín\r\n", calendar_of(people[2]).c_str());
  expect_status(200, people[0].del("/v1/events/" + event));
  STRCMP_EQUAL("CANCELLED", status_in(calendar_of(people[2])).c_str());
}

TEST(BookingsCalendar, IsAFileForACalendar) {
  book_outcome(people[1], event);
  const auto reply = people[1].get(path_of(people[1]));
  STRCMP_EQUAL("text/calendar; charset=utf-8; method=PUBLISH", reply.header("content-type").c_str());
  STRCMP_EQUAL("attachment; filename=\"event.ics\"", reply.header("content-disposition").c_str());
  STRCMP_CONTAINS("\r\nSUMMARY:Fiesta\\, con música\\; hasta", reply.body.c_str());
  expect_status(304, people[1].get(path_of(people[1]), {"If-None-Match: " + reply.header("etag")}));
  LONGS_EQUAL(reply.body.size(), std::stoul(people[1].head(path_of(people[1])).header("content-length")));
}

TEST(BookingsCalendar, IsOfOnesOwnBookings) {
  book_outcome(people[1], event);
  expect_problem(404, "booking_not_found", people[2].get(path_of(people[1])));
  expect_problem(400, "invalid_id", people[1].get("/v1/bookings/none/event.ics"));
  expect_problem(401, "token_missing", send({.path = path_of(people[1])}));
}
