// The feed of a person's bookings, which calendars read without a token.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Calendars) {
  std::vector<Person> people = make_people(3);

  // The path of its address.
  static std::string path_in(const Response& reply) {
    const std::string url(reply.data()["url"].text());
    return url.substr(url.find("/v1/calendars/"));
  }
  std::string feed_of(const Person& person) const {
    const auto reply = send({.path = path_in(person.get("/v1/users/me/calendar"))});
    expect_status(200, reply);
    return reply.body;
  }
};

TEST(Calendars, HaveAnAddressThatStays) {
  const auto first = people[0].get("/v1/users/me/calendar");
  expect_success(200, "calendar found", first);
  expect_text(first.body, people[0].get("/v1/users/me/calendar").body);
}

TEST(Calendars, AreThereWithoutABookingToo) { expect_contains("END:VCALENDAR\r\n", feed_of(people[0])); }

TEST(Calendars, HaveWhatIsBookedAndWaitsAndWasCancelled) {
  const auto event = create_event(people[0], {.tickets = 1, .title = "Evening"});
  const auto other = create_event(people[0], {.tickets = 1, .title = "Morning"});
  book_outcome(people[1], event);
  book_outcome(people[2], event);
  book_outcome(people[2], other);
  expect_contains("SUMMARY:Evening\r\n", feed_of(people[1]));
  const auto feed = feed_of(people[2]);
  expect_contains("STATUS:TENTATIVE\r\n", feed);
  expect_contains("SUMMARY:Morning\r\n", feed);
  cancel_outcome(people[1], event);
  expect_contains("STATUS:CANCELLED\r\n", feed_of(people[1]));
}

TEST(Calendars, HaveNoEventThatWasOverAMonthAgo) {
  const auto event = create_event(people[0], {.title = "Long ago"});
  book_outcome(people[1], event);
  query(
      "UPDATE events SET start_date_time = now() - interval '31 days', end_date_time = now() - interval '30 days 1 "
      "min' "
      "WHERE id = $1::uuid",
      event);
  CHECK_TRUE(feed_of(people[1]).find("Long ago") == std::string::npos);
}

TEST(Calendars, EndWithAnotherAddress) {
  const auto old = path_in(people[0].get("/v1/users/me/calendar"));
  const auto rotated = people[0].post("/v1/users/me/calendar/rotate", Json::object());
  expect_success(200, "calendar has another address", rotated);
  expect_problem(404, "calendar_not_found", send({.path = old}));
  expect_status(200, send({.path = path_in(rotated)}));
}

TEST(Calendars, AreNotAskedForTwiceWhileNothingChanges) {
  const auto path = path_in(people[0].get("/v1/users/me/calendar"));
  const auto tag = send({.path = path}).header("etag");
  expect_status(304, send({.path = path, .headers = {"If-None-Match: " + tag}}));
}

TEST(Calendars, AreNobodysWithoutTheirAddress) {
  expect_problem(404, "calendar_not_found", send({.path = "/v1/calendars/0197f0a0-0000-7000-8000-000000000000.ics"}));
  expect_problem(400, "invalid_id", send({.path = "/v1/calendars/none.ics"}));
  expect_problem(401, "token_missing", send({.path = "/v1/users/me/calendar"}));
}
