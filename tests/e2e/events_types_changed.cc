// What becomes of ticket types and of their bookings when their owner changes them, and what is refused.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using std::chrono::hours;
using ticketd::Json;

TEST_GROUP_BASE(ChangedTypes, MembersTest){void teardown() override{resume_workers();
}
}
;

TEST(ChangedTypes, AreArchivedWithTheirBookings) {
  const Json booking = book_type(ann, event, type("Balcony"), 2)["booking"];
  const Json waiting = book_type(bob, event, type("Balcony"))["booking"];
  const auto reply = delete_type(owner, event, type("Balcony"));
  expect_success(200, "Ticket type archived successfully", reply);
  CHECK_TRUE(reply.data()["archived"].boolean());
  const auto refused = [&] { return ask_for_type(cid, event, reply.data()).status == 404; };
  expect_text("rejected ticket_type_not_found", type_outcome(cid, event, reply.data()));  // accepted from memory
  expect(await(refused), "the endpoint that books looks again within seconds");
  expect_number(1, read_again(bob, waiting)["position"]);
  expect_text("Balcony", read_again(ann, booking)["ticket_type"]["name"].text());
  expect_text("cancelled", cancel_outcome(ann, id_of(event)));
  expect_text("confirmed", read_again(bob, waiting)["state"].text());
  expect_success(200, delete_type(owner, event, reply.data()));  // again the same
}

TEST(ChangedTypes, AreBroughtBack) {
  const Json balcony = type("Balcony");
  expect_success(200, delete_type(owner, event, balcony));
  expect_text("Adult 4", types_in(event_of(ann, event)));
  CHECK_FALSE(must_change(balcony, only("archived", false))["archived"].boolean());
  expect_text("Adult 4, Balcony 2", types_in(event_of(ann, event)));
  expect_text("confirmed", type_outcome(ann, event, balcony));
}

TEST(ChangedTypes, MoveToAnotherPoolWithoutBookings) {
  const Json to_balcony = only("pool_id", pool_in(event, "Balcony")["id"]);
  const Json adult = type("Adult"), booking = book_type(ann, event, adult)["booking"];
  expect_problem(409, "type_has_bookings", change_type(owner, event, adult, to_balcony));
  expect_success(200, change_type(owner, event, adult, only("pool_id", adult["pool_id"])));  // where it is
  expect_text("cancelled", cancel_outcome(ann, id_of(event)));
  expect_text(id_of(pool_in(event, "Balcony")), must_change(adult, to_balcony)["pool_id"].text());
  const Json after = book_type(ann, event, adult, 2)["booking"];
  expect_text(id_of(pool_in(event, "Balcony")), after["pool_id"].text());
  expect_text("Floor 4+0: 4 free, 0 wait for 0, Balcony 2+0: 0 free, 0 wait for 0", pools_in(event_of(owner, event)));
  expect_text("cancelled", read_again(ann, booking)["state"].text());
}

TEST(ChangedTypes, AreAddedToAnEventMadeWithout) {
  const auto id = create_group_event(owner, 2);
  event = Json::object({{"id", id}});
  const Json child = must_add(type_of("Child", {{"limit", 1}, {"price_label", "5 €"}}));
  expect_text(id, child["pool_id"].text());
  expect_text(" 2, Child 1", types());
  expect_text("confirmed", type_outcome(ann, event, child));
  const Json unnamed = book_group(bob, id, 1)["booking"];
  expect_text(id, id_of(unnamed["ticket_type"]));
  expect_text("0/0/0", seats_of(owner, id));
  expect_text("Grown-up", must_change(Json::object({{"id", id}}), only("name", "Grown-up"))["name"].text());
  expect_text("Grown-up", read_again(bob, unnamed)["ticket_type"]["name"].text());
}

TEST(ChangedTypes, AnswerARequestWhenTheOutcomeTakesLonger) {
  const Json adult = type("Adult"), balcony = type("Balcony");
  pause_workers();
  const auto added = add_type(owner, event, type_of("Child", {{"pool_id", adult["pool_id"]}}));
  const auto changed = change_type(owner, event, adult, only("limit", 3));
  const auto deleted = delete_type(owner, event, balcony);
  resume_workers();
  for (const auto& reply : {added, changed, deleted}) {
    expect_success(202, "Event update submitted successfully", reply);
    expect_text("set_ticket_type", reply.data()["request"]["kind"].text());
    expect_text("updated", outcome_in(await_request(owner, reply)));
  }
  expect_text("Adult 3, Member 4, Balcony 0, Child 4", types());
}

// The endpoint has seen another type than the worker decides by.
TEST(ChangedTypes, AreDecidedAsTheyAreByThen) {
  const Json adult = type("Adult"), balcony = type("Balcony");
  pause_workers();
  const auto archived = delete_type(owner, event, adult),
             dear = change_type(owner, event, balcony, only("max_per_booking", 1));
  const auto late = ask_for_type(ann, event, adult), many = ask_for_type(bob, event, balcony, 2);
  resume_workers();
  await_request(owner, archived);
  await_request(owner, dear);
  expect_text("rejected ticket_type_not_found", outcome_in(await_request(ann, late)));
  expect_text("rejected limit_reached", outcome_in(await_request(bob, many)));
}

TEST(ChangedTypes, StayWhereTheyHaveBookingsByThen) {
  const Json adult = type("Adult");
  pause_workers();
  ask_for_type(ann, event, adult);
  const auto moved = change_type(owner, event, adult, only("pool_id", pool_in(event, "Balcony")["id"]));
  resume_workers();
  expect_text("rejected type_has_bookings", outcome_in(await_request(owner, moved)));
}

TEST(ChangedTypes, AreFiftyAtMost) {
  const Json pool = pool_in(event, "Floor")["id"];
  for (int i = 3; i < 50; ++i)
    expect_status(201, add_type(owner, event, type_of("T" + std::to_string(i), {{"pool_id", pool}})));
  expect_bad_fields({"name"}, add_type(owner, event, type_of("One more", {{"pool_id", pool}})));
  Json many = Json::array();
  for (int i = 0; i < 50; ++i) many.push(type_of("T"));
  const Json body = body_with_pools(list_of({pool_of("Floor", 1, {{"ticket_types", many}}), pool_of("Balcony", 1)}));
  expect_bad_fields({"pools"}, owner.post("/v1/events/initialize", body));
}

TEST(ChangedTypes, NameEveryBadField) {
  const std::vector<std::string> all = {"name",        "description", "price_label",     "limit",
                                        "sales_start", "sales_end",   "max_per_booking", "visibility",
                                        "access_code", "position",    "archived",        "pool_id"};
  const Json adult = type("Adult");
  for (const Json& bad : {Json(-1), *Json::parse("2.5"), Json::object(), Json::array()}) {
    Json body = Json::object();
    for (const auto& field : all) body.set(field.c_str(), bad);
    expect_bad_fields(all, add_type(owner, event, body));
    expect_bad_fields(all, change_type(owner, event, adult, body));
  }
  const auto refuse = [&](const char* field, const Json& value) {
    expect_bad_fields({field}, change_type(owner, event, adult, only(field, value)));
    expect_bad_fields({field}, add_type(owner, event, type_of("T", {{"pool_id", adult["pool_id"]}}).set(field, value)));
  };
  refuse("name", std::string(101, 'x'));
  refuse("description", std::string(1001, 'x'));
  refuse("price_label", std::string(101, 'x'));
  refuse("limit", 1'000'001);
  refuse("max_per_booking", 0);
  refuse("max_per_booking", 101);
  refuse("position", 1001);
  refuse("visibility", "secret");
  refuse("access_code", "abc");
  refuse("access_code", std::string(65, 'x'));
  refuse("pool_id", "seven");
}

TEST(ChangedTypes, MakeSense) {
  const Json adult = type("Adult"), pool = adult["pool_id"];
  expect_bad_fields({"name"}, add_type(owner, event, Json::object({{"pool_id", pool}})));
  expect_bad_fields({"pool_id"}, add_type(owner, event, type_of("T")));  // of which of the two?
  expect_bad_fields({"access_code"}, add_type(owner, event, type_of("T", {{"pool_id", pool}, {"visibility", "code"}})));
  expect_bad_fields({"access_code"}, change_type(owner, event, adult, only("visibility", "code")));
  expect_bad_fields({"access_code"}, add_type(owner, event, type_of("T", {{"pool_id", pool}, {"access_code", kCode}})));
  const Json both = Json::object({{"visibility", "public"}, {"access_code", kCode}});
  expect_bad_fields({"access_code"}, change_type(owner, event, adult, both));
  expect_bad_fields({"name"}, change_type(owner, event, adult, Json::object()));
  must_change(adult, Json::object({{"sales_start", time_in(hours(5))}, {"sales_end", time_in(hours(9))}}));
  expect_bad_fields({"sales_end"}, change_type(owner, event, adult, only("sales_end", time_in(hours(4)))));
  expect_bad_fields({"sales_end"}, change_type(owner, event, adult, only("sales_start", time_in(hours(10)))));
  const auto path = "/v1/events/" + id_of(event) + "/ticket-types";
  expect_problem(400, "invalid_json", owner.post(path, Json::array()));
  expect_problem(400, "invalid_json", owner.patch(path + "/" + id_of(adult), Json::array()));
}

TEST(ChangedTypes, AreOfTheOwnersEvents) {
  const Json unknown = Json::object({{"id", fresh_uuid()}}), none = Json::object({{"id", "seven"}});
  const Json adult = type("Adult"), pool = adult["pool_id"], other = create_with_pools(owner, floor_with_members());
  const Json named = type_of("T", {{"pool_id", pool}});
  expect_problem(403, "not_event_owner", add_type(ann, event, named));
  expect_problem(403, "not_event_owner", change_type(ann, event, adult, only("limit", 9)));
  expect_problem(403, "not_event_owner", delete_type(ann, event, adult));
  for (const auto& [which, status, code] :
       {std::tuple(unknown, 404, "event_not_found"), std::tuple(none, 400, "invalid_id")}) {
    expect_problem(status, code, add_type(owner, which, named));
    expect_problem(status, code, change_type(owner, which, adult, only("limit", 9)));
    expect_problem(status, code, delete_type(owner, which, adult));
  }
  for (const auto& [which, status, code] :
       {std::tuple(unknown, 404, "ticket_type_not_found"), std::tuple(none, 400, "invalid_id"),
        std::tuple(type_in(other, "Adult"), 404, "ticket_type_not_found")}) {
    expect_problem(status, code, change_type(owner, event, which, only("limit", 9)));
    expect_problem(status, code, delete_type(owner, event, which));
  }
  expect_problem(404, "pool_not_found", add_type(owner, event, type_of("T", {{"pool_id", fresh_uuid()}})));
  expect_problem(404, "pool_not_found",
                 change_type(owner, event, adult, only("pool_id", pool_in(other, "Floor")["id"])));
}

TEST(ChangedTypes, OfADeletedEventStayAsTheyAre) {
  const Json adult = type("Adult");
  expect_success(200, owner.del("/v1/events/" + id_of(event)));
  expect_problem(409, "event_cancelled", add_type(owner, event, type_of("T", {{"pool_id", adult["pool_id"]}})));
  expect_problem(409, "event_cancelled", change_type(owner, event, adult, only("limit", 9)));
  expect_problem(409, "event_cancelled", delete_type(owner, event, adult));
  expect_problem(409, "event_cancelled", ask_for_type(ann, event, adult));
}

TEST(ChangedTypes, AreAnAdminsInTheOwnersName) {
  query("UPDATE users SET role = 'admin' WHERE id = $1::uuid", ann.id);
  expect_success(200, change_type(ann, event, type("Adult"), only("limit", 1)));
  expect_success(201, add_pool(ann, event, pool_of("Box", 1)));
  expect_text("Adult 1, Balcony 2", types_in(event_of(bob, event)));
  const auto as_owner = [&](const Person& who) {
    return types_in(who.get("/v1/events/" + id_of(event) + "?user_id=" + owner.id).data());
  };
  expect_text("Adult 1, Member 4, Balcony 2", as_owner(ann));
  expect_text("Adult 1, Balcony 2", as_owner(bob));
}
