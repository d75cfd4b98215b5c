#include <algorithm>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Bookings) {
  Person owner;
  Person person;

  void setup() override {
    owner = make_person();
    person = make_person();
  }

  // A booking of an event of its own.
  std::string booked(const Person& someone) const {
    return std::string(await_request(someone, book(someone, create_event(owner)))["booking"]["id"].text());
  }

  Json list(const std::string& parameters = "") const {
    const auto reply = person.get("/v1/bookings" + parameters);
    expect_success(200, reply);
    return reply.data();
  }

  static std::string path(const std::string& id) { return "/v1/bookings/" + id; }
};

TEST(Bookings, AreNoneAtFirst) {
  const Json mine = list();
  CHECK_TRUE(mine["data"].is_array());
  LONGS_EQUAL(0, mine["data"].size());
  CHECK_TRUE(mine["pagination"].has("next_cursor") && mine["pagination"]["next_cursor"].is_null());
  CHECK_TRUE(mine["pagination"]["limit"].is_integer());
}

TEST(Bookings, AreMineAlone) {
  const auto id = booked(person);
  booked(owner);
  const Json mine = list()["data"];
  LONGS_EQUAL(1, mine.size());
  expect_booking(mine.at(0));
  expect_text(id, mine.at(0)["id"].text());
}

TEST(Bookings, TellWhatTheEventIs) {
  const auto title = fresh_title();
  const auto id = create_event(owner, {.title = title});
  book_outcome(person, id);
  const Json booking = list()["data"].at(0);
  expect_text(id, booking["event"]["id"].text());
  expect_text(title, booking["event"]["title"].text());
  expect_text("The old hall", booking["event"]["location"].text());
}

TEST(Bookings, AreFilteredByState) {
  const auto id = create_event(owner);
  people_who_booked(1, id);
  book_outcome(person, id);
  booked(person);
  LONGS_EQUAL(1, list("?state=waitlisted")["data"].size());
  LONGS_EQUAL(1, list("?state=confirmed")["data"].size());
  LONGS_EQUAL(0, list("?state=cancelled")["data"].size());
  LONGS_EQUAL(2, list()["data"].size());
}

TEST(Bookings, AreFilteredByEvent) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  booked(person);
  const Json found = list("?event_id=" + id)["data"];
  LONGS_EQUAL(1, found.size());
  expect_text(id, found.at(0)["event_id"].text());
}

TEST(Bookings, ComeInPagesNewestFirst) {
  std::vector<std::string> made, seen;
  for (int i = 0; i < 5; ++i) made.insert(made.begin(), booked(person));
  std::string cursor;
  for (int pages = 0; pages < 5; ++pages) {
    const Json page = list("?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
    for (std::size_t i = 0; i < page["data"].size(); ++i) seen.emplace_back(page["data"].at(i)["id"].text());
    cursor = page["pagination"]["next_cursor"].text();
    if (cursor.empty()) break;
  }
  CHECK_TRUE(made == seen);
}

TEST(Bookings, HaveNoNextPageBehindAFullLastOne) {
  for (int i = 0; i < 2; ++i) booked(person);
  CHECK_TRUE(list("?limit=2")["pagination"]["next_cursor"].is_null());
  CHECK_FALSE(list("?limit=1")["pagination"]["next_cursor"].is_null());
}

TEST(Bookings, RefuseACursorOfAnotherListOrFilter) {
  for (int i = 0; i < 2; ++i) booked(person);
  const std::string cursor(list("?limit=1")["pagination"]["next_cursor"].text());
  expect_bad_fields({"cursor"}, person.get("/v1/bookings?state=confirmed&cursor=" + cursor));
  expect_bad_fields({"cursor"}, person.get("/v1/bookings?event_id=" + fresh_uuid() + "&cursor=" + cursor));
  expect_bad_fields({"cursor"}, person.get("/v1/notifications?cursor=" + cursor));
}

TEST(Bookings, NameEveryBadParameter) {
  const auto reply = person.get("/v1/bookings?state=lost&event_id=seven&cursor=x&limit=101");
  expect_bad_fields({"state", "event_id", "cursor", "limit"}, reply);
}

TEST(Bookings, AnswerNotModifiedToTheirOwnTag) {
  const auto id = booked(person);
  for (const auto& where : {std::string("/v1/bookings"), path(id)}) {
    const auto tag = person.get(where).header("etag");
    CHECK_FALSE(tag.empty());
    expect_status(304, person.get(where, {"If-None-Match: " + tag}));
  }
}

TEST(Bookings, HaveAnotherTagOnceThePlaceChanges) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  const auto where = path(std::string(booking_of_event(people[2], id)["id"].text()));
  const auto tag = people[2].get(where).header("etag");
  cancel_outcome(people[1], id);
  expect_status(200, people[2].get(where, {"If-None-Match: " + tag}));
}

TEST_GROUP_BASE(OneBooking, TEST_GROUP_CppUTestGroupBookings){};

TEST(OneBooking, IsAnswered) {
  const auto id = booked(person);
  const auto reply = person.get(path(id));
  expect_success(200, reply);
  expect_booking(reply.data());
  expect_text(id, reply.data()["id"].text());
  expect_text("confirmed", reply.data()["state"].text());
  CHECK_TRUE(reply.data()["position"].is_null());
}

TEST(OneBooking, TellsTheLivePlace) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(3, id);
  const auto where = path(std::string(booking_of_event(people[2], id)["id"].text()));
  expect_number(2, people[2].get(where).data()["position"]);
  cancel_outcome(people[1], id);
  expect_number(1, people[2].get(where).data()["position"]);
  cancel_outcome(people[0], id);
  CHECK_TRUE(people[2].get(where).data()["position"].is_null());
}

TEST(OneBooking, IsHiddenFromOthers) { expect_problem(404, "booking_not_found", owner.get(path(booked(person)))); }

TEST(OneBooking, RefusesAnUnknownId) { expect_problem(404, "booking_not_found", person.get(path(fresh_uuid()))); }

TEST(OneBooking, RefusesWhatIsNoId) { expect_problem(400, "invalid_id", person.get(path("seven"))); }

TEST(OneBooking, IsCancelledByItsId) {
  const auto id = booked(person);
  const auto reply = person.del(path(id));
  expect_success(202, reply);
  expect_text("cancel", reply.data()["request"]["kind"].text());
  expect_notification(reply.data()["notification"]);
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_text("cancelled", await_request(person, reply)["outcome"].text());
  expect_text("cancelled", person.get(path(id)).data()["state"].text());
}

TEST(OneBooking, IsNotCancelledByOthers) {
  const auto id = booked(person);
  expect_problem(404, "booking_not_found", owner.del(path(id)));
  expect_text("confirmed", person.get(path(id)).data()["state"].text());
}

TEST(OneBooking, CannotBeCancelledUnderAnUnknownId) {
  expect_problem(404, "booking_not_found", person.del(path(fresh_uuid())));
  expect_problem(400, "invalid_id", person.del(path("seven")));
}
