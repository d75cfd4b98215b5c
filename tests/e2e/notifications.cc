#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(Notifications) {
  Person owner;
  Person person;
  std::string title = fresh_title();

  void setup() override {
    owner = make_person();
    person = make_person();
  }
  void teardown() override { resume_workers(); }

  Json list(const std::string& parameters = "") const {
    const auto reply = person.get("/v1/notifications" + parameters);
    expect_success(200, reply);
    return reply.data();
  }

  Response mark_read(const Json& body) const { return person.post("/v1/notifications/read", body); }

  // So many bookings of events of their own, and as many notifications.
  void be_told(int times) const {
    for (int i = 0; i < times; ++i) book_outcome(person, create_event(owner));
  }

  // That this user was told so, with the name of the event.
  void expect_told(const Person& someone, const char* kind, Where where = Where::current()) const {
    const Json told = notification_of(someone, kind);
    expect(told.is_object(), std::string("a notification of the kind ") + kind, where);
    expect_notification(told, where);
    expect_contains(title, told["message"].text(), where);
  }
};

TEST(Notifications, AreNoneAtFirst) {
  const Json mine = list();
  LONGS_EQUAL(0, mine["data"].size());
  expect_number(0, mine["unread_count"]);
  CHECK_TRUE(mine["pagination"].has("next_cursor") && mine["pagination"]["next_cursor"].is_null());
  CHECK_TRUE(mine["pagination"]["limit"].is_integer());
}

TEST(Notifications, TurnFromProcessingIntoTheOutcome) {
  const auto id = create_event(owner, {.title = title});
  const auto accepted = book(person, id);
  await_request(person, accepted);
  const Json mine = list()["data"];
  LONGS_EQUAL(1, mine.size());
  expect_text(accepted.data()["notification"]["id"].text(), mine.at(0)["id"].text());
  expect_text("booked", mine.at(0)["kind"].text());
  CHECK(mine.at(0)["message"].text().find("being processed") == std::string_view::npos);
}

TEST(Notifications, TellOfABooking) {
  const auto id = create_event(owner, {.title = title});
  const Json request = await_request(person, book(person, id));
  expect_told(person, "booked");
  const Json told = list()["data"].at(0);
  expect_text(id, told["event_id"].text());
  expect_text(request["booking"]["id"].text(), told["booking_id"].text());
  CHECK_TRUE(told["read_at"].is_null());
}

TEST(Notifications, TellOfAPlaceInTheLine) {
  const auto id = create_event(owner, {.title = title});
  people_who_booked(7, id);
  book_outcome(person, id);
  expect_told(person, "waitlisted");
  std::string message(notification_of(person, "waitlisted")["message"].text());
  expect_contains("7", message.erase(message.find(title), title.size()));
}

TEST(Notifications, TellOfAPromotion) {
  const auto id = create_event(owner, {.title = title});
  const auto people = people_who_booked(2, id);
  cancel_outcome(people[0], id);
  expect_told(people[1], "promoted");
  LONGS_EQUAL(2, people[1].get("/v1/notifications").data()["data"].size());
}

TEST(Notifications, TellOfACancellation) {
  const auto id = create_event(owner, {.title = title});
  book_outcome(person, id);
  const auto accepted = cancel(person, id);
  await_request(person, accepted);
  expect_told(person, "cancelled");
  expect_text(accepted.data()["notification"]["id"].text(), notification_of(person, "cancelled")["id"].text());
}

TEST(Notifications, TellThatThereWasNothingToCancel) {
  cancel_outcome(person, create_event(owner, {.title = title}));
  expect_told(person, "nothing_to_cancel");
}

TEST(Notifications, TellOfARejection) {
  const auto id = create_event(owner, {.tickets = 2, .title = title});
  book_outcome(person, id);
  book_outcome(person, id);
  expect_told(person, "rejected");
}

TEST(Notifications, ComeNewestFirst) {
  const auto id = create_event(owner);
  book_outcome(person, id);
  cancel_outcome(person, id);
  const Json mine = list()["data"];
  expect_text("cancelled", mine.at(0)["kind"].text());
  expect_text("booked", mine.at(1)["kind"].text());
}

TEST(Notifications, AreMineAlone) {
  book_outcome(owner, create_event(owner));
  LONGS_EQUAL(0, list()["data"].size());
}

TEST(Notifications, ComeInPages) {
  be_told(3);
  const Json first = list("?limit=2");
  const Json second = list("?limit=2&cursor=" + std::string(first["pagination"]["next_cursor"].text()));
  LONGS_EQUAL(2, first["data"].size());
  LONGS_EQUAL(1, second["data"].size());
  CHECK_TRUE(second["pagination"]["next_cursor"].is_null());
}

TEST(Notifications, HaveNoNextPageBehindAFullLastOne) {
  be_told(2);
  CHECK_TRUE(list("?limit=2")["pagination"]["next_cursor"].is_null());
  CHECK_FALSE(list("?limit=1")["pagination"]["next_cursor"].is_null());
}

TEST(Notifications, ComeInPagesWhileCommandsWait) {
  be_told(2);
  const auto id = create_event(owner, {.tickets = 9, .max_per_user = 9});
  pause_workers();
  std::vector<std::string> told, seen;
  for (int i = 0; i < 3; ++i) told.emplace_back(book(person, id).data()["notification"]["id"].text());
  std::string cursor;
  for (int pages = 0; pages < 5; ++pages) {
    const Json page = list("?limit=1" + (cursor.empty() ? "" : "&cursor=" + cursor));
    LONGS_EQUAL(1, page["data"].size());
    expect_number(5, page["unread_count"]);
    seen.emplace_back(page["data"].at(0)["id"].text());
    cursor = page["pagination"]["next_cursor"].text();
    if (pages == 1) resume_workers();  // what was decided in between is neither left out nor shown again
  }
  CHECK_TRUE(cursor.empty());
  // Of what was accepted within a millisecond the order is nobody's.
  CHECK_TRUE(std::set(told.begin(), told.end()) == std::set(seen.begin(), seen.begin() + 3));
  CHECK_TRUE(seen[3] != seen[4]);
}

TEST(Notifications, RefuseACursorOfAnotherFilter) {
  be_told(2);
  const std::string cursor(list("?limit=1")["pagination"]["next_cursor"].text());
  expect_bad_fields({"cursor"}, person.get("/v1/notifications?unread=true&cursor=" + cursor));
}

TEST(Notifications, CountTheUnreadOnes) {
  be_told(3);
  expect_number(3, list("?limit=1")["unread_count"]);
}

TEST(Notifications, AreReadById) {
  be_told(2);
  const Json id = list()["data"].at(1)["id"];
  expect_success(200, mark_read(Json::object({{"ids", Json::array().push(id)}})));
  const Json mine = list();
  expect_number(1, mine["unread_count"]);
  CHECK_TRUE(is_wire_time(mine["data"].at(1)["read_at"]));
  CHECK_TRUE(mine["data"].at(0)["read_at"].is_null());
}

TEST(Notifications, AreReadAllTogether) {
  be_told(2);
  expect_success(200, mark_read(Json::object({{"all", true}})));
  expect_number(0, list()["unread_count"]);
}

TEST(Notifications, AreFilteredByUnread) {
  be_told(2);
  const Json read = list()["data"].at(0)["id"], unread = list()["data"].at(1)["id"];
  mark_read(Json::object({{"ids", Json::array().push(read)}}));
  const Json left = list("?unread=true")["data"];
  LONGS_EQUAL(1, left.size());
  expect_text(unread.text(), left.at(0)["id"].text());
}

TEST(Notifications, StayUnreadWhenOthersReadThem) {
  be_told(1);
  const Json ids = Json::array().push(list()["data"].at(0)["id"]);
  owner.post("/v1/notifications/read", Json::object({{"ids", ids}}));
  owner.post("/v1/notifications/read", Json::object({{"all", true}}));
  expect_number(1, list()["unread_count"]);
}

TEST(Notifications, NeedIdsOrAllToBeRead) {
  expect_problem(400, "validation_failed", mark_read(Json::object()));
  expect_problem(400, "validation_failed", mark_read(Json::object({{"all", "yes"}})));
  expect_problem(400, "validation_failed", mark_read(Json::object({{"ids", "seven"}})));
  expect_bad_id("ids", mark_read(Json::object({{"ids", Json::array().push("seven")}})));
}

TEST(Notifications, NameEveryBadParameter) {
  expect_bad_fields({"unread", "cursor", "limit"}, person.get("/v1/notifications?unread=maybe&cursor=x&limit=0"));
}
