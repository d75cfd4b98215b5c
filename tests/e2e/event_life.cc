// What happens to an event besides being booked: it ends, it moves, it is deleted when it was over.
#include "support/booking_steps.h"
#include "support/checks.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using ticketd::Json;

// One ticket: the first of the people has it, the second waits.
TEST_GROUP(EventLife) {
  Person owner;

  void setup() override { owner = make_person(); }

  std::string running_event() const { return create_event(owner, {.starts_in = -hours(2), .lasts = hours(3)}); }
  Response move_end(const std::string& id, std::chrono::milliseconds to) const {
    return owner.patch("/v1/events/" + id, Json::object().set("end_date_time", time_in(to)));
  }
  std::vector<std::string> my_events(const std::string& query) const {
    const auto reply = owner.get("/v1/events/my-events" + query);
    expect_status(200, reply);
    std::vector<std::string> ids;
    for (std::size_t i = 0; i < reply.data().size(); ++i) ids.emplace_back(reply.data().at(i)["id"].text());
    return ids;
  }
};

TEST(EventLife, EndsTheWaitByItself) {
  const auto id = create_event(owner, {.starts_in = -hours(1), .lasts = hours(1) + std::chrono::seconds(2)});
  const auto people = people_who_booked(2, id);
  const Json told = await_notification(people[1], "line_closed");
  expect_text(id, told["event_id"].text());
  const auto booking = booking_of_event(people[1], id);
  expect_text("cancelled", booking["state"].text());
  expect_text("line_closed", booking["reason"].text());
  expect_text("over", booking["event"]["state"].text());
  expect_text("confirmed", booking_of_event(people[0], id)["state"].text());
  expect_number(0, status_of(owner, id)["waiting_list_count"]);
}

TEST(EventLife, GivesNoSeatToAnybodyAfterTheEnd) {
  const auto id = running_event();
  const auto people = people_who_booked(2, id);
  expect_status(200, move_end(id, -hours(1)));
  expect_text("cancelled", cancel_outcome(people[0], id));
  CHECK_FALSE(await_notification(people[1], "line_closed").is_null());
  CHECK_TRUE(notification_of(people[1], "promoted").is_null());
  expect_text("cancelled", booking_of_event(people[1], id)["state"].text());
}

TEST(EventLife, RaisesNobodyAfterTheEnd) {
  const auto id = running_event();
  const auto people = people_who_booked(2, id);
  expect_status(200, owner.patch("/v1/events/" + id,
                                 Json::object().set("end_date_time", time_in(-hours(1))).set("number_of_tickets", 2)));
  expect_text("cancelled", booking_of_event(people[1], id)["state"].text());
}

TEST(EventLife, TellsItsPeopleThatItMoved) {
  const auto title = fresh_title();
  const auto id = create_event(owner, {.title = title});
  const auto people = people_who_booked(2, id);
  expect_status(200, move_end(id, hours(72)));
  for (const auto& person : people) {
    const Json told = await_notification(person, "event_moved");
    expect_contains(title, told["message"].text());
    expect_text(id, told["event_id"].text());
  }
}

TEST(EventLife, TellsItsPeopleThatThePlaceChanged) {
  const auto id = create_event(owner);
  const auto person = people_who_booked(1, id).front();
  expect_status(200, owner.patch("/v1/events/" + id, Json::object().set("location", "Elsewhere")));
  CHECK_FALSE(await_notification(person, "event_moved").is_null());
}

TEST(EventLife, LeavesTheBookingsOfAPastEventThatIsDeleted) {
  const auto id = running_event();
  const auto people = people_who_booked(2, id);
  expect_status(200, move_end(id, -hours(1)));
  expect_success(200, "Event deleted successfully", owner.del("/v1/events/" + id));
  const auto booking = booking_of_event(people[0], id);
  expect_text("confirmed", booking["state"].text());
  expect_text("over", booking["event"]["state"].text());
  CHECK_FALSE(await_notification(people[1], "line_closed").is_null());
  for (const auto& person : people) CHECK_TRUE(notification_of(person, "event_deleted").is_null());
}

TEST(EventLife, LetsItsOwnerFindWhatWasDeleted) {
  const auto open = create_event(owner), past = create_ended_event(owner), cancelled = create_event(owner);
  const auto removed = create_ended_event(owner);
  owner.del("/v1/events/" + cancelled);
  owner.del("/v1/events/" + removed);
  CHECK(my_events("") == (std::vector{past, open}));
  CHECK(my_events("?state=open") == std::vector{open});
  CHECK(my_events("?state=over") == std::vector{past});
  CHECK(my_events("?state=cancelled") == (std::vector{removed, cancelled}));
  CHECK(my_events("?state=all") == (std::vector{removed, cancelled, past, open}));
  expect_problem(400, "validation_failed", owner.get("/v1/events/my-events?state=lost"));
}
