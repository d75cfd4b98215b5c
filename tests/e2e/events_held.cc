// What an organiser says about seats that are held, and about the end of the waiting list.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using ticketd::Json;

TEST_GROUP_BASE(EventsThatHold, FriendsTest){static std::string rules_in(const Json& event){std::string text;
for (const auto* field : {"hold_minutes", "offer_minutes", "offer_stops_minutes"})
  text += std::to_string(event[field].integer()) + ' ';
return text + std::string(event["confirmed_by"].text()) + ' ' + std::string(event["line_closes"].text());
}
std::string rules_of(const std::string& id) const { return rules_in(owner.get("/v1/events/" + id).data()); }
Response change(const std::string& id, MoreFields fields) const {
  return owner.patch("/v1/events/" + id, Json::object(fields));
}
}
;

TEST(EventsThatHold, DoNotByDefault) {
  const auto reply = owner.post("/v1/events/initialize", event_body());
  expect_event(reply.data());
  expect_text("0 0 120 attendee end", rules_in(reply.data()));
  expect_text("0 0 120 attendee end", rules_of(std::string(reply.data()["id"].text())));
}

TEST(EventsThatHold, HaveTheRulesThatTheyGet) {
  const auto id = create_group_event(owner, 5,
                                     {{"hold_minutes", 43'200},
                                      {"offer_minutes", 1},
                                      {"offer_stops_minutes", 0},
                                      {"confirmed_by", "organiser"},
                                      {"line_closes", "start"}});
  const std::string rules = "43200 1 0 organiser start";
  expect_text(rules, rules_of(id));
  expect_text(rules, rules_in(owner.get("/v1/events/my-events").data().at(0)));
  const std::string title(owner.get("/v1/events/" + id).data()["title"].text());
  expect_text(rules, rules_in(owner.get("/v1/events/discover?q=" + title).data()["data"].at(0)));
}

TEST(EventsThatHold, AreChangedOneRuleAtATimeAndWithBookings) {
  const auto id = create_group_event(owner, 2);
  const Json before = book_group(ann, id, 2)["booking"], waiting = book_group(bob, id, 1)["booking"];
  const auto changed = [&](const char* field, const Json& value) {
    const auto reply = change(id, {{field, value}});
    expect_success(200, reply);
    return rules_in(reply.data());
  };
  expect_text("30 0 120 attendee end", changed("hold_minutes", 30));
  expect_text("30 60 120 attendee end", changed("offer_minutes", 60));
  expect_text("30 60 0 attendee end", changed("offer_stops_minutes", 0));
  expect_text("30 60 0 organiser end", changed("confirmed_by", "organiser"));
  expect_text("30 60 0 organiser start", changed("line_closes", "start"));
  expect_text("confirmed", read_again(ann, before)["state"].text());
  expect_text("shrunk", give_back_outcome(ann, before, 1));
  expect_text("held", read_again(bob, waiting)["state"].text());
  expect_text("cancelled", cancel_outcome(ann, id));
  expect_text("held", book_group(cid, id, 1)["outcome"].text());
  expect_text("0 60 0 organiser start", changed("hold_minutes", 0));
  expect_text("0 0 0 organiser start", changed("offer_minutes", 0));
  expect_text("0 0 0 organiser end", changed("line_closes", "end"));
  expect_text("held", read_again(bob, waiting)["state"].text());  // as it was promised
}

TEST(EventsThatHold, KeepTheBounds) {
  const auto id = create_group_event(owner, 5);
  const std::vector<std::string> numbers = {"hold_minutes", "offer_minutes", "offer_stops_minutes"};
  for (const Json& bad : {Json(-1), Json(43'201), Json("3"), *Json::parse("2.5"), Json(true)}) {
    Json body = Json::object(), event = event_body();
    for (const auto& field : numbers) body.set(field.c_str(), bad), event.set(field.c_str(), bad);
    expect_bad_fields(numbers, owner.patch("/v1/events/" + id, body));
    expect_bad_fields(numbers, owner.post("/v1/events/initialize", event));
  }
  for (const Json& bad : {Json("nobody"), Json(""), Json(1), Json::array()}) {
    const Json body = Json::object({{"confirmed_by", bad}, {"line_closes", bad}});
    expect_bad_fields({"confirmed_by", "line_closes"}, owner.patch("/v1/events/" + id, body));
    const auto made =
        owner.post("/v1/events/initialize", event_body().set("confirmed_by", bad).set("line_closes", bad));
    expect_bad_fields({"confirmed_by", "line_closes"}, made);
  }
  expect_text("0 0 120 attendee end", rules_of(id));
}

TEST(EventsThatHold, AreOtherEventsUnderAnotherRule) {
  const auto key = fresh_uuid();
  Json body = event_body();
  const auto create = [&] { return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + key}); };
  expect_status(201, create());
  body.set("hold_minutes", 0).set("offer_stops_minutes", 120).set("confirmed_by", "attendee");  // as by default
  expect_status(201, create());
  body.set("confirmed_by", "organiser");
  expect_problem(422, "idempotency_key_reused", create());
}

TEST_GROUP_BASE(LineCloses, TEST_GROUP_CppUTestGroupEventsThatHold){
    // It has begun, and lasts two more hours.
    Response begun(MoreFields more) const {Json body = event_body({.starts_in = -hours(1), .lasts = hours(3)});
for (const auto& [name, value] : more) body.set(name, value);
const auto reply = owner.post("/v1/events/initialize", body);
expect_status(201, reply);
return reply;
}
// It begins now.
static void begin(const std::string& event) {
  query("UPDATE events SET start_date_time = now() - interval '1 ms' WHERE id = $1::uuid", event);
}
}
;

TEST(LineCloses, AtTheStartForWhoeverComesLater) {
  for (const MoreFields& rules : {MoreFields{{"line_closes", "start"}}, MoreFields{{"offer_minutes", 60}}}) {
    const std::string event(begun(rules).data()["id"].text());
    expect_text("confirmed", book_outcome(make_person(), event));
    const auto late = make_person();
    const Json request = await_request(late, book(late, event));
    expect_text("rejected", request["outcome"].text());
    expect_text("line_closed", request["reason"].text());
    expect_text("line_closed", booking_of_event(late, event)["reason"].text());
    expect_contains("waiting list is closed", notification_of(late, "rejected")["message"].text());
  }
}

TEST(LineCloses, AtTheEndUnlessTheEventSaysOtherwise) {
  const std::string event(begun({}).data()["id"].text());
  book_outcome(ann, event);
  expect_text("waitlisted", book_outcome(bob, event));
}

TEST(LineCloses, AtTheStartForThoseWhoWait) {
  const auto event = create_group_event(owner, 1, {{"line_closes", "start"}});
  book_outcome(ann, event);
  const Json waiting = book_group(bob, event, 1)["booking"];
  begin(event);
  const Json closed = read_again(bob, waiting);
  expect_text("cancelled", closed["state"].text());
  expect_text("line_closed", closed["reason"].text());
  expect_text("0/0/0", seats_of(owner, event));
  const Json told = await_notification(bob, "line_closed");
  expect_contains("waiting list of", told["message"].text());
  expect_text("cancelled", cancel_outcome(ann, event));
  expect_text("1/0/0", seats_of(owner, event));
  expect_text("confirmed", book_outcome(cid, event));  // there is a seat, and the event goes on
}
