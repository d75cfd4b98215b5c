// Seats that are held for a yes: who says it, until when, and where they go if nobody does.
#include "base/time.h"
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/story.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP_BASE(HeldSeats, FriendsTest){void teardown() override{resume_workers();
}

static Json tickets(int quantity) { return Json::object({{"quantity", quantity}}); }
static Json booked(const Person& person, const std::string& event, int quantity = 1) {
  return book_group(person, event, quantity)["booking"];
}
// Its deadline has just passed. That the worker has not come yet is seen while it is paused.
static void expire(const Json& booking) {
  query("UPDATE bookings SET held_until = now() - interval '1 ms' WHERE id = $1::uuid",
        std::string(booking["id"].text()));
}
static void expect_as(const char* state, const Person& person, const Json& booking, int quantity = 1,
                      Where where = Where::current()) {
  const Json now = read_again(person, booking);
  expect_text(state, now["state"].text(), where);
  expect_number(quantity, now["quantity"], where);
}
static void await_as(const char* state, const Person& person, const Json& booking, Where where = Where::current()) {
  expect(await([&] { return read_again(person, booking)["state"].text() == state; }), state, where);
}
static void expect_expired(const Person& person, const Json& booking, Where where = Where::current()) {
  const Json now = read_again(person, booking);
  expect_text("cancelled", now["state"].text(), where);
  expect_text("offer_expired", now["reason"].text(), where);
  expect(is_wire_time(now["cancelled_at"]), "it says when", where);
}
static std::string outcome(const Person& person, const Response& accepted) {
  const Json request = await_request(person, accepted);
  return std::string(request["outcome"].text()) +
         (request.has("reason") ? " " + std::string(request["reason"].text()) : "");
}
static std::size_t bookings_in(const Person& person, const char* state) {
  return person.get(std::string("/v1/bookings?state=") + state).data()["data"].size();
}
static std::chrono::milliseconds held_for(const Json& booking) {
  return *ticketd::parse_time(booking["expires_at"].text()) - *ticketd::parse_time(booking["created_at"].text());
}
std::string holding_event(int seats = 2) const { return create_group_event(owner, seats, {{"hold_minutes", 30}}); }
std::string offering_event(int seats = 2) const { return create_group_event(owner, seats, {{"offer_minutes", 60}}); }
std::string organisers_event() const {
  return create_group_event(owner, 4, {{"hold_minutes", 30}, {"confirmed_by", "organiser"}});
}
}
;

TEST_GROUP_BASE(Offers, TEST_GROUP_CppUTestGroupHeldSeats){};
TEST_GROUP_BASE(OrganisersYes, TEST_GROUP_CppUTestGroupHeldSeats){};

TEST(HeldSeats, AreTakenUntilADeadline) {
  const auto event = holding_event(3);
  const Json request = book_group(ann, event, 2);
  expect_text("held", request["outcome"].text());
  expect_text("held", request["booking"]["state"].text());
  CHECK(held_for(request["booking"]) == std::chrono::minutes(30));
  expect_contains(request["booking"]["expires_at"].text(), notification_of(ann, "held")["message"].text());
  expect_text("1/0/0", seats_of(owner, event));
  expect_number(1, status_of(ann, event)["my"]["confirmed"]);
  expect_number(2, owner.get("/v1/events/" + event).data()["_count"]["event_tickets"]);
}

TEST(HeldSeats, AreAStateOfTheirOwn) {
  const Json booking = booked(ann, holding_event());
  LONGS_EQUAL(1, bookings_in(ann, "held"));
  LONGS_EQUAL(0, bookings_in(ann, "confirmed"));
  await_request(ann, confirm(ann, booking));
  LONGS_EQUAL(0, bookings_in(ann, "held"));
  LONGS_EQUAL(1, bookings_in(ann, "confirmed"));
}

TEST(HeldSeats, AreConfirmedByAYes) {
  const Json booking = booked(ann, holding_event(), 2);
  const auto reply = confirm(ann, booking);
  expect_success(202, "Booking confirmation submitted successfully", reply);
  expect_text("confirm", reply.data()["request"]["kind"].text());
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_notification(reply.data()["notification"]);
  expect_contains("confirmation is being processed", reply.data()["notification"]["message"].text());
  const Json request = await_request(ann, reply);
  expect_text("confirmed_held", request["outcome"].text());
  expect_text("confirmed", request["booking"]["state"].text());
  expect_as("confirmed", ann, booking, 2);
  expect_text(reply.data()["notification"]["id"].text(), notification_of(ann, "confirmed")["id"].text());
}

TEST(HeldSeats, AreConfirmedInPart) {
  const auto event = holding_event(4);
  const Json booking = booked(ann, event, 4), waiting = booked(bob, event, 2);
  expect_text("waitlisted", waiting["state"].text());
  expect_text("confirmed_held", outcome(ann, confirm(ann, booking, tickets(2))));
  expect_as("confirmed", ann, booking, 2);
  expect_as("confirmed", bob, waiting, 2);  // of the line, to which nothing is offered here
  expect_text("0/0/0", seats_of(owner, event));
  expect_contains("The other 2 went back", notification_of(ann, "confirmed")["message"].text());
}

TEST(HeldSeats, GoToTheNextWhenTheirTimeIsOver) {
  const auto event = holding_event();
  const Json booking = booked(ann, event, 2), waiting = booked(bob, event, 2);
  expire(booking);
  await_as("confirmed", bob, waiting);
  expect_expired(ann, booking);
  CHECK_FALSE(await_notification(ann, "expired").is_null());
  CHECK_FALSE(await_notification(bob, "promoted").is_null());
  expect_text(ann.id, await_log_line(std::string(booking["id"].text()), "event", "expired")["user"].text());
  expect_text("0/0/0", seats_of(owner, event));
}

TEST(HeldSeats, AreReadAsGoneBeforeTheWorkerCame) {
  const auto event = holding_event();
  const Json booking = booked(ann, event, 2);
  pause_workers();
  expire(booking);
  expect_expired(ann, booking);
  expect_problem(409, "offer_expired", confirm(ann, booking));
  LONGS_EQUAL(0, bookings_in(ann, "held"));
  LONGS_EQUAL(1, bookings_in(ann, "cancelled"));
  expect_number(0, status_of(ann, event)["my"]["confirmed"]);
  resume_workers();
  expect(await([&] { return seats_of(owner, event) == "2/0/0"; }), "the seats are free");
  expect_expired(ann, booking);
  expect_problem(409, "offer_expired", confirm(ann, booking));
}

// What the endpoint has seen may be old by the time that it is decided.
TEST(HeldSeats, AreNotConfirmedBehindTheirDeadlineInTheQueue) {
  const Json booking = booked(ann, holding_event());
  pause_workers();
  const auto yes = confirm(ann, booking);
  query("UPDATE bookings SET held_until = $2::timestamptz WHERE id = $1::uuid", std::string(booking["id"].text()),
        std::string(yes.data()["notification"]["created_at"].text()));
  resume_workers();
  expect_text("rejected offer_expired", outcome(ann, yes));
  expect_expired(ann, booking);
}

TEST(HeldSeats, MayBeCancelledOrGivenBackInPart) {
  const auto event = holding_event(3);
  const Json booking = booked(ann, event, 3), waiting = booked(bob, event);
  expect_text("shrunk", give_back_outcome(ann, booking, 1));
  expect_as("held", ann, booking, 2);
  expect_text(booking["expires_at"].text(), read_again(ann, booking)["expires_at"].text());
  expect_as("confirmed", bob, waiting);
  expect_text("cancelled", cancel_outcome(ann, event));
  CHECK_TRUE(read_again(ann, booking)["reason"].is_null());
  expect_text("2/0/0", seats_of(owner, event));
}

TEST(HeldSeats, AreHeldUntilTheStartAtMost) {
  const auto event = create_group_event(owner, 2, {{"hold_minutes", 43'200}});
  const Json start = owner.get("/v1/events/" + event).data()["start_date_time"];
  const Json booking = booked(ann, event);
  expect_text(start.text(), booking["expires_at"].text());
  const auto sooner = time_in(std::chrono::hours(1));
  expect_success(200, owner.patch("/v1/events/" + event, Json::object({{"start_date_time", sooner}})));
  expect_text(sooner, read_again(ann, booking)["expires_at"].text());
}

TEST(HeldSeats, AreConfirmedOnceUnderAKey) {
  const Json booking = booked(ann, holding_event(), 2);
  const auto key = fresh_uuid();
  const auto first = confirm(ann, booking, Json::object(), key);
  await_request(ann, first);
  const auto again = confirm(ann, booking, Json::object(), key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", confirm(ann, booking, tickets(1), key));
  expect_problem(409, "not_held", confirm(ann, booking));
}

TEST(HeldSeats, AreConfirmedOfWhatIsHeldAlone) {
  const auto event = holding_event();
  const Json held = booked(ann, event, 2), waiting = booked(bob, event);
  expect_problem(409, "not_held", confirm(bob, waiting));
  expect_problem(400, "quantity_over_limit", confirm(ann, held, tickets(3)));
  expect_text("cancelled", cancel_outcome(ann, event));
  expect_problem(409, "not_held", confirm(ann, held));
  expect_problem(409, "not_held", confirm(bob, waiting));  // confirmed by now
}

TEST(HeldSeats, AreConfirmedByTheirPersonAlone) {
  const Json booking = booked(ann, holding_event(), 2);
  expect_problem(404, "booking_not_found", confirm(bob, booking));
  expect_problem(404, "booking_not_found", confirm(owner, booking));
  expect_problem(404, "booking_not_found", confirm(ann, Json::object({{"id", fresh_uuid()}})));
  expect_problem(403, "not_yours_to_confirm", confirm_for(owner, booking));
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", bob.id);
  const auto by_admin = confirm(bob, booking);
  expect_contains("user_id=" + ann.id, by_admin.header("location"));
  expect_text("confirmed_held", outcome(ann, by_admin));
}

TEST(HeldSeats, AreNotConfirmedByBadInput) {
  const Json booking = booked(ann, organisers_event(), 2), mine = booked(ann, holding_event(), 2);
  for (const Json& bad : {Json(0), Json(101), Json(-1), Json("2"), *Json::parse("2.5"), Json(false), Json::array()}) {
    expect_bad_fields({"quantity"}, confirm(ann, mine, Json::object({{"quantity", bad}})));
    expect_bad_fields({"quantity"}, confirm_for(owner, booking, Json::object({{"quantity", bad}})));
  }
  expect_problem(400, "invalid_id", confirm(ann, Json::object({{"id", "seven"}})));
  const auto path = [&](const char* event, const char* id) {
    return std::string("/v1/events/") + event + "/bookings/" + id;
  };
  expect_problem(400, "invalid_id", owner.post(path("seven", fresh_uuid().c_str()) + "/confirm", Json::object()));
  expect_problem(400, "invalid_id", owner.post(path(fresh_uuid().c_str(), "seven") + "/confirm", Json::object()));
  auto request = ann.request("POST", "/v1/bookings/" + std::string(mine["id"].text()) + "/confirm");
  request.headers.push_back("Content-Type: application/json");
  expect_problem(400, "invalid_json", send(request));
  expect_as("held", ann, mine, 2);
}

TEST(Offers, AreMadeToWhoeverWaits) {
  const auto event = offering_event();
  const Json first = booked(ann, event, 2), second = booked(bob, event);
  expect_text("confirmed", first["state"].text());
  expect_text("shrunk", give_back_outcome(ann, first, 1));
  const Json offered = read_again(bob, second);
  expect_text("held", offered["state"].text());
  CHECK_TRUE(is_wire_time(offered["promoted_at"]) && offered["position"].is_null());
  expect_contains(offered["expires_at"].text(), notification_of(bob, "offered")["message"].text());
  expect_text("confirmed_held", outcome(bob, confirm(bob, second)));
  expect_as("confirmed", bob, second);
}

TEST(Offers, GoOnWhenNobodyTakesThem) {
  const auto event = offering_event(1);
  booked(ann, event);
  const Json second = booked(bob, event), third = booked(cid, event);
  cancel_outcome(ann, event);
  expect_as("held", bob, second);
  expire(second);
  await_as("held", cid, third);
  expect_expired(bob, second);
  CHECK_FALSE(await_notification(cid, "offered").is_null());
  expect_text("confirmed_held", outcome(cid, confirm(cid, third)));
}

TEST(Offers, AreNotMadeToWhoeverFindsAFreeSeat) {
  expect_text("confirmed", booked(ann, offering_event())["state"].text());
}

// The event begins in 48 hours.
TEST(Offers, AreNotMadeSoonBeforeTheStart) {
  const auto event = create_group_event(owner, 1, {{"offer_minutes", 60}, {"offer_stops_minutes", 49 * 60}});
  booked(ann, event);
  const Json second = booked(bob, event);
  cancel_outcome(ann, event);
  expect_as("confirmed", bob, second);
}

TEST(OrganisersYes, ConfirmsWhatIsHeld) {
  const Json booking = booked(ann, organisers_event(), 2);
  const auto reply = confirm_for(owner, booking);
  expect_success(202, "Booking confirmation submitted successfully", reply);
  expect_text(reply.data()["request"]["href"].text(), reply.header("location"));
  expect_text("confirmed_held", outcome(owner, reply));
  expect_as("confirmed", ann, booking, 2);
  expect_contains("confirmed", notification_of(ann, "confirmed")["message"].text());
  const Json told = notification_of(owner, "confirmed");
  expect_text(reply.data()["notification"]["id"].text(), told["id"].text());
  expect_contains("You confirmed 2 tickets", told["message"].text());
}

TEST(OrganisersYes, MayBeToFewer) {
  const Json booking = booked(ann, organisers_event(), 3);
  expect_problem(400, "quantity_over_limit", confirm_for(owner, booking, tickets(4)));
  expect_text("confirmed_held", outcome(owner, confirm_for(owner, booking, tickets(1))));
  expect_as("confirmed", ann, booking, 1);
  expect_text("3/0/0", seats_of(owner, std::string(booking["event_id"].text())));
}

TEST(OrganisersYes, IsNotTheAttendees) {
  const Json booking = booked(ann, organisers_event());
  expect_problem(403, "not_yours_to_confirm", confirm(ann, booking));
  expect_problem(403, "not_event_owner", confirm_for(ann, booking));
  expect_problem(403, "not_event_owner", confirm_for(bob, booking));
  expect_as("held", ann, booking);
}

TEST(OrganisersYes, IsToABookingOfThatEvent) {
  const Json booking = booked(ann, organisers_event());
  const auto confirm_at = [&](const std::string& event, const std::string& id) {
    return confirm_for(owner, Json::object({{"event_id", event}, {"id", id}}));
  };
  const std::string event(booking["event_id"].text()), id(booking["id"].text());
  expect_problem(404, "booking_not_found", confirm_at(organisers_event(), id));
  expect_problem(404, "booking_not_found", confirm_at(event, fresh_uuid()));
  expect_problem(404, "event_not_found", confirm_at(fresh_uuid(), id));
  expect_as("held", ann, booking);
}

TEST(OrganisersYes, ComesInTimeAndOnce) {
  const Json booking = booked(ann, organisers_event()), other = booked(bob, organisers_event());
  const auto key = fresh_uuid();
  const auto first = confirm_for(owner, booking, Json::object(), key);
  await_request(owner, first);
  const auto again = confirm_for(owner, booking, Json::object(), key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", confirm_for(owner, booking, tickets(1), key));
  expect_problem(409, "not_held", confirm_for(owner, booking));
  expire(other);
  expect_problem(409, "offer_expired", confirm_for(owner, other));
}

TEST(OrganisersYes, IsAnAdminsInTheOwnersName) {
  const Json booking = booked(ann, organisers_event());
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", bob.id);
  const auto reply = confirm_for(bob, booking);
  expect_contains("user_id=" + owner.id, reply.header("location"));
  expect_text("confirmed_held", outcome(owner, reply));
}

// The endpoint has seen another rule than the worker decides by.
TEST(OrganisersYes, CountsAsSoonAsTheEventSaysSo) {
  const auto event = holding_event();
  const Json booking = booked(ann, event);
  pause_workers();
  query("UPDATE events SET confirmed_by = 'organiser' WHERE id = $1::uuid", event);
  const auto by_owner = confirm_for(owner, booking);
  query("UPDATE events SET confirmed_by = 'attendee' WHERE id = $1::uuid", event);
  resume_workers();
  expect_text("rejected not_yours_to_confirm", outcome(owner, by_owner));
  expect_text("confirmed_held", outcome(ann, confirm(ann, booking)));
}
