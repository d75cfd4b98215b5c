// Ticket types: what a person picks, who finds it, and how many there are.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/story.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using ticketd::Json;

namespace {

bool is_shown(const Response& reply, const std::string& text) {
  return reply.body.find(text) != std::string::npos || reply.header("location").find(text) != std::string::npos;
}

// The endpoint that books remembers for three seconds who may have a type; a no it reads anew.
template <class Ask>
void await_not_found(const Ask& ask) {
  Response reply;
  expect(await([&] { return (reply = ask()).status != 202; }), "it is not booked so any more");
  expect_problem(404, "ticket_type_not_found", reply);
}

}  // namespace

TEST_GROUP_BASE(TicketTypes, MembersTest){};

TEST(TicketTypes, AreSaidWhole) {
  const auto start = time_in(hours(1)), end = time_in(hours(20));
  const Json said = type_of("Child", {{"pool_id", pool_in(event, "Balcony")["id"]},
                                      {"description", "Up to twelve"},
                                      {"price_label", "5 €"},
                                      {"limit", 2},
                                      {"sales_start", start},
                                      {"sales_end", end},
                                      {"visibility", "hidden"},
                                      {"max_per_booking", 3},
                                      {"position", 7}});
  const Json made = must_add(said);
  for (const char* field : {"name", "pool_id", "description", "price_label", "limit", "sales_start", "sales_end",
                            "visibility", "max_per_booking", "position"})
    expect_text(said[field].dump(), made[field].dump());
  expect_number(2, made["available"]);
  CHECK_TRUE(is_uuid(made["id"]) && made["archived"].is_boolean() && !made["archived"].boolean());
  expect_text(made.dump(), type("Child").dump());
}

TEST(TicketTypes, AreSimpleByDefault) {
  event = create_with_pools(owner, list_of({pool_of("Floor", 3)}));
  const Json made = must_add(type_of("Child"));
  for (const char* field : {"description", "price_label", "limit", "sales_start", "sales_end", "max_per_booking"})
    CHECK_TRUE(made.has(field) && made[field].is_null());
  expect_text("public", made["visibility"].text());
  expect_text(id_of(pool_in(event, "Floor")), made["pool_id"].text());
  expect_number(3, made["available"]);
  expect_number(1, made["position"]);  // behind the one that there is
}

TEST(TicketTypes, StandInTheirOrder) {
  event = create_with_pools(
      owner, list_of({pool_of("Floor", 4, {{"ticket_types", list_of({type_of("A"), type_of("B"), type_of("C")})}}),
                      pool_of("Balcony", 2,
                              {{"ticket_types", list_of({type_of("First", {{"position", 0}}), type_of("E")})}})}));
  expect_text("A 4, First 2, B 4, C 4, E 2", types());
  must_add(type_of("F", {{"pool_id", pool_in(event, "Balcony")["id"]}}));
  must_change(type("C"), only("position", 1000));
  expect_text("A 4, First 2, B 4, E 2, F 2, C 4", types());
}

TEST(TicketTypes, AreTheFirstPublicOneOfWhoeverNamesNone) {
  must_change(type("Adult"), only("position", 5));
  Json booking = book_group(ann, id_of(event), 1)["booking"];
  expect_text("Balcony", booking["ticket_type"]["name"].text());  // Member is before, and not for all
  must_change(type("Balcony"), only("visibility", "hidden"));
  booking = book_group(bob, id_of(event), 1)["booking"];
  expect_text("Adult", booking["ticket_type"]["name"].text());
  expect_success(200, delete_type(owner, event, type("Adult")));
  await_not_found([&] { return book(cid, id_of(event)); });
}

TEST(TicketTypes, AreSeenByWhoeverMayBookThem) {
  must_add(type_of("Friend", {{"pool_id", pool_in(event, "Floor")["id"]}, {"visibility", "hidden"}}));
  expect_success(200, delete_type(owner, event, type("Balcony")));
  expect_text("Adult 4, Member 4, Balcony 0, Friend 4", types());
  expect_text("Adult 4", types_in(event_of(ann, event)));
  expect_text("Adult 4", types_in(send({.path = "/v1/events/" + id_of(event)}).data()));
}

TEST(TicketTypes, OfTheOwnerAreNotKeptForOthers) {
  const auto path = "/v1/events/" + id_of(event);
  const auto of_owner = owner.get(path), of_nobody = send({.path = path}), of_ann = ann.get(path);
  CHECK_TRUE(of_owner.header("etag") != of_nobody.header("etag"));
  expect_text(of_nobody.body, of_ann.body);
  expect_text(of_nobody.body, send({.path = path}).body);
}

TEST(TicketTypes, ThatAreHiddenAreBookedById) {
  const Json friends =
      must_add(type_of("Friend", {{"pool_id", pool_in(event, "Floor")["id"]}, {"visibility", "hidden"}}));
  expect_text("confirmed", type_outcome(ann, event, friends));
}

TEST(TicketTypes, OpenWithTheirCode) {
  expect_problem(404, "ticket_type_not_found", ask_for_type(ann, event, member));
  expect_problem(404, "ticket_type_not_found", ask_for_type(ann, event, member, 1, {{"access_code", "close-sesame"}}));
  expect_problem(404, "ticket_type_not_found", by_code(ann, "close-sesame"));
  const Json named = book_type(ann, event, member, 1, {{"access_code", kCode}})["booking"];
  expect_text("Member", named["ticket_type"]["name"].text());
  expect_text("8 €", named["ticket_type"]["price_label"].text());
  const Json found = await_request(bob, by_code(bob, kCode, 2))["booking"];
  expect_text("confirmed", found["state"].text());
  expect_text(id_of(member), id_of(found["ticket_type"]));
  expect_text("Adult 1, Member 1, Balcony 2", types());
  expect_text("confirmed", outcome_in(book_type(cid, event, type("Balcony"), 1, {{"access_code", "of no use"}})));
}

TEST(TicketTypes, NeverTellTheirCode) {
  const auto path = "/v1/events/" + id_of(event), code = fresh_uuid();
  const Json guest =
      type_of("Guest", {{"pool_id", pool_in(event, "Floor")["id"]}, {"visibility", "code"}, {"access_code", code}});
  const auto added = add_type(owner, event, guest), booked = by_code(ann, code);
  const Json request = await_request(ann, booked);
  expect_text("Guest", request["booking"]["ticket_type"]["name"].text());
  for (const auto& reply :
       {added, booked, ann.get(booked.header("location")), ann.get("/v1/notifications"), owner.get(path), ann.get(path),
        owner.get("/v1/events/my-events"), owner.patch(path, only("location", "Elsewhere")),
        change_type(owner, event, added.data(), only("limit", 3)), delete_type(owner, event, added.data())}) {
    CHECK_TRUE(reply.status >= 200 && reply.status < 300);
    expect(!is_shown(reply, code) && !is_shown(reply, "access_code"), "no code in " + reply.body);
  }
  LONGS_EQUAL(0, log_lines_with(code).size());
  LONGS_EQUAL(0, count("SELECT count(*) FROM ticket_types AS t WHERE strpos(t::text, $1) > 0", code));
}

TEST(TicketTypes, HaveAnotherCodeAfterAChange) {
  must_change(member, only("access_code", "shut-sesame"));
  expect_success(202, by_code(ann, "shut-sesame"));
  await_not_found([&] { return by_code(bob, kCode); });
  must_change(member, only("visibility", "public"));
  expect_success(202, ask_for_type(ann, event, member));
  must_change(member, only("visibility", "code"));  // which it still has
  await_not_found([&] { return ask_for_type(cid, event, member); });
  expect_success(202, by_code(cid, "shut-sesame"));
}

TEST(TicketTypes, AreNoMoreThanTheirLimit) {
  const Json adult = must_change(type("Adult"), only("limit", 2));
  expect_number(2, adult["available"]);
  expect_text("rejected type_limit_reached", type_outcome(ann, event, adult, 3));
  expect_text("confirmed", type_outcome(ann, event, adult, 2));
  expect_text("Adult 0, Member 2, Balcony 2", types());
  expect_text("rejected type_limit_reached", type_outcome(bob, event, adult));
  expect_contains("no more tickets of this type", notification_of(bob, "rejected")["message"].text());
  expect_text("shrunk", give_back_outcome(ann, booking_of_event(ann, id_of(event)), 1));
  expect_text("confirmed", type_outcome(bob, event, adult));
}

TEST(TicketTypes, CountThoseWhoWaitAgainstTheLimit) {
  const Json balcony = must_change(type("Balcony"), only("limit", 4));
  expect_text("confirmed", type_outcome(ann, event, balcony, 2));
  expect_text("waitlisted", type_outcome(bob, event, balcony, 2));
  expect_text("rejected type_limit_reached", type_outcome(cid, event, balcony));
  expect_text("cancelled", cancel_outcome(bob, id_of(event)));
  expect_text("waitlisted", type_outcome(cid, event, balcony));
}

TEST(TicketTypes, KeepTheirTicketsUnderALowerLimitAndLoseIt) {
  const Json balcony = type("Balcony");
  const Json booking = book_type(ann, event, balcony, 2)["booking"];
  expect_number(1, must_change(balcony, only("limit", 1))["limit"]);
  expect_text("confirmed", read_again(ann, booking)["state"].text());
  expect_text("rejected type_limit_reached", type_outcome(bob, event, balcony));
  expect_text("rejected type_limit_reached", type_outcome(bob, event, must_change(balcony, only("limit", 0))));
  CHECK_TRUE(must_change(balcony, only("limit", nullptr))["limit"].is_null());
  expect_text("waitlisted", type_outcome(bob, event, balcony));
}

TEST(TicketTypes, BoundABooking) {
  const Json adult = must_change(type("Adult"), only("max_per_booking", 2));
  expect_problem(400, "quantity_over_limit", ask_for_type(ann, event, adult, 3));
  expect_text("confirmed", type_outcome(ann, event, adult, 2));
  expect_text("waitlisted", type_outcome(bob, event, must_change(adult, only("max_per_booking", nullptr)), 3));
}

TEST(TicketTypes, BoundABookingNoHigherThanTheEvent) {
  expect_success(200, owner.patch("/v1/events/" + id_of(event), only("max_per_booking", 1)));
  const Json adult = must_change(type("Adult"), only("max_per_booking", 5));
  expect_problem(400, "quantity_over_limit", ask_for_type(ann, event, adult, 2));
}

TEST(TicketTypes, ShareTheSeatsOfTheirPoolAndItsLine) {
  expect_text("confirmed", type_outcome(ann, event, type("Adult"), 3));
  expect_text("waitlisted", outcome_in(await_request(bob, by_code(bob, kCode, 2))));
  expect_text("confirmed", type_outcome(cid, event, type("Adult")));  // passes him
  const Json third = book_type(owner, event, type("Adult"))["booking"];
  expect_number(2, third["position"]);
  expect_number(2, third["tickets_ahead"]);
  expect_text("shrunk", give_back_outcome(ann, booking_of_event(ann, id_of(event)), 2));
  expect_text("confirmed", booking_of_event(bob, id_of(event))["state"].text());
  expect_number(1, read_again(owner, third)["position"]);
}

TEST(TicketTypes, AreBookedByTheirIdAlone) {
  expect_bad_id("ticket_type_id", ask_for_type(ann, event, Json::object({{"id", "seven"}})));
  expect_problem(404, "ticket_type_not_found", ask_for_type(ann, event, Json::object({{"id", fresh_uuid()}})));
  const Json other = create_with_pools(owner, floor_with_members());
  expect_problem(404, "ticket_type_not_found", ask_for_type(ann, event, type_in(other, "Adult")));
  for (const Json& bad : {Json(5), Json(""), Json(std::string(65, 'x'))})
    expect_bad_fields({"access_code"}, ask_for_type(ann, event, type("Adult"), 1, {{"access_code", bad}}));
}

TEST(TicketTypes, AreNamedByTheEventsIdWhereItWasMadeWithout) {
  const Json whole = Json::object({{"id", create_group_event(owner, 1)}});
  const Json booking = book_type(ann, whole, whole)["booking"];
  expect_text("confirmed", booking["state"].text());
  expect_text(id_of(whole), id_of(booking["ticket_type"]));
  expect_success(201, add_pool(owner, whole, pool_of("Balcony", 1)));
  expect_text("waitlisted", type_outcome(bob, whole, whole));
}

TEST(TicketTypes, AreAnotherBookingUnderTheSameKey) {
  const auto key = fresh_uuid();
  const auto ask = [&](const Json& which) {
    return ask_for(ann, id_of(event), 1, {{"ticket_type_id", which["id"]}}, key);
  };
  const Json adult = type("Adult");
  const auto first = ask(adult), again = ask(adult);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", ask(type("Balcony")));
}
