#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(DeleteEvent) {
  Person owner;

  void setup() override { owner = make_person(); }

  Response remove(const std::string& id) const { return owner.del("/v1/events/" + id); }
};

TEST(DeleteEvent, SaysThatItIsDone) {
  const auto reply = remove(create_event(owner));
  expect_success(200, "Event deleted successfully", reply);
  expect_text("Event deleted successfully", reply.data()["message"].text());
}

TEST(DeleteEvent, LeavesItReadableAsCancelled) {
  const auto id = create_event(owner);
  remove(id);
  const auto reply = owner.get("/v1/events/" + id);
  expect_status(200, reply);
  expect_text("cancelled", reply.data()["state"].text());
  expect_text("cancelled", status_of(owner, id)["state"].text());
}

TEST(DeleteEvent, OffersNothingAnyMore) {
  const auto id = create_event(owner, {.tickets = 5});
  remove(id);
  expect_number(0, status_of(owner, id)["available_tickets"]);
  expect_number(0, owner.get("/v1/events/" + id).data()["available_tickets"]);
}

TEST(DeleteEvent, CancelsWhatIsConfirmedAndWhatWaits) {
  const auto id = create_event(owner, {.tickets = 2});
  const auto people = people_who_booked(4, id);
  remove(id);
  for (const auto& person : people) expect_text("cancelled", booking_of_event(person, id)["state"].text());
  expect_number(0, status_of(owner, id)["waiting_list_count"]);
}

TEST(DeleteEvent, TellsEveryoneConcerned) {
  const auto title = fresh_title();
  const auto id = create_event(owner, {.tickets = 2, .title = title});
  const auto people = people_who_booked(4, id);
  remove(id);
  for (const auto& person : people) {
    const Json told = await_notification(person, "event_deleted");
    expect_notification(told);
    expect_contains(title, told["message"].text());
    expect_text(id, told["event_id"].text());
  }
}

TEST(DeleteEvent, TellsNobodyWhoHadLeft) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(2, id);
  cancel_outcome(people[0], id);
  remove(id);
  CHECK_FALSE(await_notification(people[1], "event_deleted").is_null());
  CHECK_TRUE(notification_of(people[0], "event_deleted").is_null());
}

TEST(DeleteEvent, IsForTheOwnerAlone) {
  const auto id = create_event(owner);
  expect_problem(403, "not_event_owner", make_person().del("/v1/events/" + id));
  expect_text("open", status_of(owner, id)["state"].text());
}

// Whose answer was lost asks again. It happens once.
TEST(DeleteEvent, AnswersTheSameOnceMore) {
  const auto id = create_event(owner);
  const auto person = people_who_booked(1, id).front();
  const auto first = remove(id), again = remove(id);
  expect_success(200, "Event deleted successfully", again);
  expect_text(first.body, again.body);
  expect_problem(403, "not_event_owner", person.del("/v1/events/" + id));
  CHECK_FALSE(await_notification(person, "event_deleted").is_null());
  LONGS_EQUAL(2, person.get("/v1/notifications").data()["data"].size());
}

TEST(DeleteEvent, AnswersTheSameToTwoAtOnce) {
  const auto id = create_event(owner);
  const auto request = owner.request("DELETE", "/v1/events/" + id);
  for (const auto& reply : send_at_once({request, request, request})) expect_status(200, reply);
}

TEST(DeleteEvent, RefusesAnUnknownId) { expect_problem(404, "event_not_found", remove(fresh_uuid())); }

TEST(DeleteEvent, RefusesWhatIsNoId) { expect_problem(400, "invalid_id", remove("seven")); }

TEST(DeleteEvent, LeavesNothingToCancel) {
  const auto id = create_event(owner);
  const auto person = people_who_booked(1, id).front();
  remove(id);
  const auto reply = cancel(person, id);
  if (reply.status == 409) return expect_problem(409, "event_cancelled", reply);
  expect_text("nothing_to_cancel", await_request(person, reply)["outcome"].text());
}
