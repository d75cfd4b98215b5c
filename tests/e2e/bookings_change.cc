// What can be done to a booking of several tickets: give some back, and change it while it waits.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP_BASE(ChangeBooking, FriendsTest){void teardown() override{resume_workers();
}

static Json fewer(int quantity) { return Json::object({{"quantity", quantity}}); }
static Json booked(const Person& person, const std::string& event, int quantity) {
  return book_group(person, event, quantity)["booking"];
}
static void expect_as(const char* state, int quantity, const Person& person, const Json& booking,
                      Where where = Where::current()) {
  const Json now = read_again(person, booking);
  expect_text(state, now["state"].text(), where);
  expect_number(quantity, now["quantity"], where);
}
}
;

TEST_GROUP_BASE(GiveBack, TEST_GROUP_CppUTestGroupChangeBooking){};

TEST(GiveBack, IsAcceptedAtOnce) {
  const auto event = create_group_event(owner, 4);
  const Json booking = booked(ann, event, 4);
  const auto reply = give_back(ann, booking, fewer(1));
  expect_success(202, "Event booking cancellation submitted successfully", reply);
  expect_text("cancel", reply.data()["request"]["kind"].text());
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_notification(reply.data()["notification"]);
  expect_text(booking["id"].text(), reply.data()["notification"]["booking_id"].text());
  expect_text("shrunk", await_request(ann, reply)["outcome"].text());
}

TEST(GiveBack, HandsItsSeatsToTheLine) {
  const auto event = create_group_event(owner, 4);
  const Json first = booked(ann, event, 4), waiting = booked(bob, event, 2);
  expect_text("shrunk", give_back_outcome(ann, first, 1));
  expect_as("confirmed", 3, ann, first);
  expect_as("waitlisted", 2, bob, waiting);
  expect_text("1/1/2", seats_of(owner, event));
  expect_text("shrunk", give_back_outcome(ann, first, 1));
  expect_as("confirmed", 2, ann, first);
  expect_as("confirmed", 2, bob, waiting);
  expect_text("0/0/0", seats_of(owner, event));
  expect_contains("keep 2", notification_of(ann, "booking_changed")["message"].text());
}

TEST(GiveBack, OfAllOrMoreEndsTheBooking) {
  const auto event = create_group_event(owner, 6);
  for (const int quantity : {2, 3, 100}) {
    const Json booking = booked(ann, event, 2);
    expect_text("cancelled", give_back_outcome(ann, booking, quantity));
    expect_as("cancelled", 2, ann, booking);
  }
  const Json booking = booked(ann, event, 2);
  expect_text("cancelled", await_request(ann, give_back(ann, booking, Json::object()))["outcome"].text());
  const Json other = booked(ann, event, 2);
  const auto gone = ann.del("/v1/bookings/" + std::string(other["id"].text()));
  expect_text("cancelled", await_request(ann, gone)["outcome"].text());
  expect_text("6/0/0", seats_of(owner, event));
}

TEST(GiveBack, LeavesWhoWaitsAtItsPlace) {
  const auto event = create_group_event(owner, 5);
  booked(ann, event, 5);
  const Json four = booked(bob, event, 4), one = booked(cid, event, 1);
  expect_text("shrunk", give_back_outcome(bob, four, 2));
  expect_as("waitlisted", 2, bob, four);
  expect_number(1, read_again(bob, four)["position"]);
  expect_number(2, read_again(cid, one)["tickets_ahead"]);
  expect_text("0/2/3", seats_of(owner, event));
}

TEST(GiveBack, OfWhatIsGoneIsNothing) {
  const Json booking = booked(ann, create_group_event(owner, 4), 2);
  give_back_outcome(ann, booking, 2);
  expect_text("nothing_to_cancel", give_back_outcome(ann, booking, 1));
}

TEST(GiveBack, HappensOnceUnderAKey) {
  const auto event = create_group_event(owner, 6);
  const Json booking = booked(ann, event, 6);
  const auto key = fresh_uuid();
  const auto first = give_back(ann, booking, fewer(2), key);
  await_request(ann, first);
  const auto again = give_back(ann, booking, fewer(2), key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", give_back(ann, booking, fewer(3), key));
  expect_as("confirmed", 4, ann, booking);
}

TEST(GiveBack, RefusesBadInput) {
  const auto event = create_group_event(owner, 4);
  const Json booking = booked(ann, event, 4);
  for (const Json& bad : {Json(0), Json(101), Json(-1), Json("2"), *Json::parse("2.5"), Json(false), Json::array()})
    expect_bad_fields({"quantity"}, give_back(ann, booking, Json::object({{"quantity", bad}})));
  expect_bad_fields({"tickets"}, give_back(ann, booking, Json::object({{"tickets", Json::array().push(0)}})));
  auto request = ann.request("POST", "/v1/bookings/" + std::string(booking["id"].text()) + "/cancel");
  request.headers.push_back("Content-Type: application/json");
  expect_problem(400, "invalid_json", send(request));  // a body that was lost takes no tickets
  expect_problem(400, "invalid_id", give_back(ann, Json::object({{"id", "seven"}}), fewer(1)));
  expect_as("confirmed", 4, ann, booking);
}

TEST(GiveBack, IsForItsPersonAlone) {
  const Json booking = booked(ann, create_group_event(owner, 4), 4);
  expect_problem(404, "booking_not_found", give_back(bob, booking, fewer(1)));
  expect_problem(404, "booking_not_found", give_back(ann, Json::object({{"id", fresh_uuid()}}), fewer(1)));
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", bob.id);
  const auto by_admin = give_back(bob, booking, fewer(1));
  expect_contains("user_id=" + ann.id, by_admin.header("location"));
  expect_text("shrunk", await_request(ann, by_admin)["outcome"].text());
  expect_as("confirmed", 3, ann, booking);
}

TEST(ChangeBooking, IsAcceptedAtOnce) {
  const auto event = create_group_event(owner, 2);
  booked(ann, event, 2);
  const Json booking = booked(bob, event, 2);
  const auto reply = change_booking(bob, booking, Json::object({{"accept_fewer", true}}));
  expect_success(202, "Booking update submitted successfully", reply);
  expect_text("update_booking", reply.data()["request"]["kind"].text());
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_contains("change is being processed", reply.data()["notification"]["message"].text());
  expect_text("updated", await_request(bob, reply)["outcome"].text());
  CHECK_TRUE(read_again(bob, booking)["accept_fewer"].boolean());
}

TEST(ChangeBooking, ShrinksAndIsServed) {
  const auto event = create_group_event(owner, 3);
  booked(ann, event, 2);
  const Json booking = booked(bob, event, 2);
  expect_text("shrunk", change_outcome(bob, booking, fewer(1)));
  expect_as("confirmed", 1, bob, booking);
  expect_text("0/0/0", seats_of(owner, event));
}

TEST(ChangeBooking, ShrinksAndKeepsItsPlace) {
  const auto event = create_group_event(owner, 5);
  booked(ann, event, 5);
  const Json booking = booked(bob, event, 4), behind = booked(cid, event, 1);
  expect_text("shrunk", change_outcome(bob, booking, fewer(2)));
  expect_number(1, read_again(bob, booking)["position"]);
  expect_number(2, read_again(cid, behind)["tickets_ahead"]);
  expect_text("updated", change_outcome(bob, booking, fewer(2)));  // as many as it has
}

TEST(ChangeBooking, TakesFewerFromNowOn) {
  const auto event = create_group_event(owner, 3);
  booked(ann, event, 2);
  const Json booking = booked(bob, event, 3);
  expect_text("updated", change_outcome(bob, booking, Json::object({{"remainder", "drop"}})));
  expect_as("confirmed", 1, bob, booking);
  expect_text("0/0/0", seats_of(owner, event));
}

TEST(ChangeBooking, TakesAllOrNothingAgain) {
  const auto event = create_group_event(owner, 3);
  const Json first = booked(ann, event, 3);
  const Json booking = book_group(bob, event, 2, {{"accept_fewer", true}})["booking"];
  expect_text("updated", change_outcome(bob, booking, Json::object({{"accept_fewer", false}})));
  CHECK_FALSE(read_again(bob, booking)["accept_fewer"].boolean());
  CHECK_TRUE(read_again(bob, booking)["remainder"].is_null());
  give_back_outcome(ann, first, 1);
  expect_as("waitlisted", 2, bob, booking);
}

TEST(ChangeBooking, IsOfOneThatWaits) {
  const auto event = create_group_event(owner, 2);
  const Json booking = booked(ann, event, 2);
  expect_problem(409, "not_waiting", change_booking(ann, booking, fewer(1)));
  cancel_outcome(ann, event);
  expect_problem(409, "not_waiting", change_booking(ann, booking, fewer(1)));
}

// What the endpoint has seen may be old by the time that it is decided.
TEST(ChangeBooking, IsRejectedBehindAPromotionInTheQueue) {
  const auto event = create_group_event(owner, 2);
  booked(ann, event, 2);
  const Json booking = booked(bob, event, 2);
  pause_workers();
  const auto cancelled = cancel(ann, event);
  const auto changed = change_booking(bob, booking, fewer(1));
  resume_workers();
  await_request(ann, cancelled);
  const Json request = await_request(bob, changed);
  expect_text("rejected", request["outcome"].text());
  expect_text("not_waiting", request["reason"].text());
  expect_as("confirmed", 2, bob, booking);
}

TEST(ChangeBooking, MakesItNoLarger) {
  const auto event = create_group_event(owner, 9);
  booked(ann, event, 9);
  const Json booking = booked(bob, event, 2);
  expect_problem(400, "quantity_over_limit", change_booking(bob, booking, fewer(3)));
  expect_as("waitlisted", 2, bob, booking);
}

TEST(ChangeBooking, NamesEveryBadField) {
  const auto event = create_group_event(owner, 5);
  booked(ann, event, 5);
  const Json booking = booked(bob, event, 4);
  const auto refuse = [&](const std::vector<std::string>& fields, MoreFields body) {
    expect_bad_fields(fields, change_booking(bob, booking, Json::object(body)));
  };
  for (const Json& bad : {Json(0), Json(101), Json(-1), Json("2"), *Json::parse("2.5"), Json(true), Json::object()})
    refuse({"quantity"}, {{"quantity", bad}});
  refuse({"quantity"}, {});
  refuse({"quantity"}, {{"quantity", Json()}, {"title", "x"}});
  refuse({"remainder"}, {{"accept_fewer", false}, {"remainder", "keep"}});
  refuse({"remainder"}, {{"remainder", "sell"}});
  refuse({"quantity", "accept_fewer", "remainder"}, {{"quantity", 0}, {"accept_fewer", 1}, {"remainder", 1}});
  expect_problem(400, "invalid_id", change_booking(bob, Json::object({{"id", "seven"}}), fewer(1)));
  expect_as("waitlisted", 4, bob, booking);
  LONGS_EQUAL(1, count("SELECT count(*) FROM commands WHERE user_id = $1::uuid", bob.id));
}

TEST(ChangeBooking, IsAnsweredAgainOnceItIsServed) {
  const auto event = create_group_event(owner, 3);
  booked(ann, event, 2);
  const Json booking = booked(bob, event, 2);
  const auto key = fresh_uuid();
  const auto first = change_booking(bob, booking, fewer(1), key);
  await_request(bob, first);
  const auto again = change_booking(bob, booking, fewer(1), key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused",
                 change_booking(bob, booking, Json::object({{"accept_fewer", true}}), key));
}

TEST(ChangeBooking, IsForItsPersonAlone) {
  const auto event = create_group_event(owner, 5);
  booked(ann, event, 5);
  const Json booking = booked(bob, event, 4);
  expect_problem(404, "booking_not_found", change_booking(cid, booking, fewer(1)));
  expect_problem(404, "booking_not_found", change_booking(bob, Json::object({{"id", fresh_uuid()}}), fewer(1)));
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", cid.id);
  const auto by_admin = change_booking(cid, booking, fewer(3));
  expect_text("shrunk", await_request(bob, by_admin)["outcome"].text());
  expect_as("waitlisted", 3, bob, booking);
}
