// Seat pools: seats with a waiting list of their own.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

// Floor with two seats and Balcony with three, one of which the organiser keeps.
Json floor_and_balcony() { return list_of({pool_of("Floor", 2), pool_of("Balcony", 3, {{"held_back", 1}})}); }

std::string state_of(const Json& booking) { return std::string(booking["state"].text()); }
std::string title_of(const Json& event) { return std::string(event["title"].text()); }
Json seats(int capacity) { return Json::object({{"capacity", capacity}}); }
Json held_back(int seats) { return Json::object({{"held_back", seats}}); }

}  // namespace

TEST_GROUP_BASE(SeatPools, FriendsTest) {
  Json event;
  void setup() override {
    FriendsTest::setup();
    event = create_with_pools(owner, floor_and_balcony());
  }
  void teardown() override { resume_workers(); }
  std::string pools() const { return pools_in(event_of(owner, event)); }
  Json floor() const { return pool_in(event, "Floor"); }
  Json balcony() const { return pool_in(event, "Balcony"); }
  // Each pool has one type, which is called like it.
  Json book(const Person& person, const char* name, int quantity = 1) const {
    return book_type(person, event, type_in(event, name), quantity)["booking"];
  }
};

TEST(SeatPools, AreMadeWithTheEvent) {
  const auto reply = owner.post("/v1/events/initialize", body_with_pools(floor_and_balcony()));
  expect_success(201, "Event created successfully", reply);
  expect_event(reply.data());
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 2+1: 2 free, 0 wait for 0", pools_in(reply.data()));
  expect_text("Floor 2, Balcony 2", types_in(reply.data()));
  expect_number(5, reply.data()["total_tickets"]);
  expect_number(4, reply.data()["available_tickets"]);
  expect_number(0, reply.data()["_count"]["event_tickets"]);
  expect_text(reply.data().dump(), event_of(owner, reply.data()).dump());
}

TEST(SeatPools, HaveTheTypesThatAreSaidWithin) {
  const Json made = create_with_pools(
      owner,
      list_of({pool_of("Floor", 9, {{"ticket_types", list_of({type_of("Adult"), type_of("Child", {{"limit", 4}})})}}),
               pool_of("Balcony", 5)}));
  expect_text("Adult 9, Child 4, Balcony 5", types_in(made));
  for (const char* name : {"Adult", "Child"})
    expect_text(id_of(pool_in(made, "Floor")), type_in(made, name)["pool_id"].text());
  expect_text(id_of(pool_in(made, "Balcony")), type_in(made, "Balcony")["pool_id"].text());
}

TEST(SeatPools, AreOneOfAnEventMadeWithout) {
  const auto reply = owner.post("/v1/events/initialize", event_body({.tickets = 3}));
  const auto id = id_of(reply.data());
  for (const Json& shown : {reply.data(), event_of(bob, reply.data())}) {
    LONGS_EQUAL(1, shown["pools"].size());
    LONGS_EQUAL(1, shown["ticket_types"].size());
    const Json pool = shown["pools"].at(0), type = shown["ticket_types"].at(0);
    expect_text(id, id_of(pool));
    expect_text(id, id_of(type));
    expect_text(id, type["pool_id"].text());
    CHECK_TRUE(pool["name"].is_null() && type["name"].is_null() && type["limit"].is_null());
    expect_text(" 3+0: 3 free, 0 wait for 0", pools_in(shown));
  }
}

TEST(SeatPools, AreShownWhereOneEventIs) {
  const auto mine = owner.get("/v1/events/my-events"), found = owner.get("/v1/events/discover?q=" + title_of(event));
  expect_status(200, mine);
  expect_status(200, found);
  for (const Json& listed : {mine.data().at(0), found.data()["data"].at(0)}) {
    expect_text(id_of(event), id_of(listed));
    CHECK_FALSE(listed.has("pools") || listed.has("ticket_types"));
    expect_number(5, listed["total_tickets"]);
    expect_number(4, listed["available_tickets"]);
  }
  const auto patched = owner.patch("/v1/events/" + id_of(event), Json::object({{"title", fresh_title()}}));
  expect_text(pools(), pools_in(patched.data()));
  expect_text(pools(), pools_in(send({.path = "/v1/events/" + id_of(event)}).data()));
}

TEST(SeatPools, HaveALineEach) {
  expect_text("confirmed", state_of(book(ann, "Floor", 2)));
  const Json waiting = book(bob, "Floor");
  expect_text("waitlisted", state_of(waiting));
  expect_number(1, waiting["position"]);
  expect_text("confirmed", state_of(book(cid, "Balcony", 2)));
  expect_number(1, book(owner, "Balcony")["position"]);  // the first of its line
  expect_text("Floor 2+0: 0 free, 1 wait for 1, Balcony 2+1: 0 free, 1 wait for 1", pools());
  expect_text("0/2/2", seats_of(owner, id_of(event)));
  expect_text("cancelled", cancel_outcome(ann, id_of(event)));
  expect_text("confirmed", state_of(read_again(bob, waiting)));
  expect_text("Floor 2+0: 1 free, 0 wait for 0, Balcony 2+1: 0 free, 1 wait for 1", pools());
}

TEST(SeatPools, NameTheirBookings) {
  const Json booking = book(ann, "Balcony"), waiting = book(bob, "Floor", 2);
  expect_booking(booking);
  expect_text(id_of(balcony()), booking["pool_id"].text());
  expect_text(id_of(type_in(event, "Balcony")), id_of(booking["ticket_type"]));
  expect_text("Balcony", booking["ticket_type"]["name"].text());
  CHECK_TRUE(booking["ticket_type"].has("price_label") && booking["ticket_type"]["price_label"].is_null());
  const Json listed = bob.get("/v1/bookings").data()["data"].at(0);
  expect_text(id_of(floor()), listed["pool_id"].text());
  expect_text(listed["ticket_type"].dump(), read_again(bob, waiting)["ticket_type"].dump());
}

TEST(SeatPools, AreTheEventsOfABookingMadeWithout) {
  const auto id = create_group_event(owner, 1);
  const Json booking = book_group(ann, id, 1)["booking"];
  expect_text(id, booking["pool_id"].text());
  expect_text(Json::object({{"id", id}, {"name", nullptr}, {"price_label", nullptr}}).dump(),
              booking["ticket_type"].dump());
}

TEST(SeatPools, AreAdded) {
  const auto reply = add_pool(owner, event, pool_of("Box", 4, {{"held_back", 4}}));
  expect_success(201, "Pool created successfully", reply);
  CHECK_TRUE(is_uuid(reply.data()["id"]));
  const Json now = event_of(owner, event);
  expect_text(reply.data().dump(), now["pools"].at(2).dump());
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 2+1: 2 free, 0 wait for 0, Box 0+4: 0 free, 0 wait for 0",
              pools_in(now));
  expect_number(9, now["total_tickets"]);
  expect_number(4, now["available_tickets"]);
  LONGS_EQUAL(2, now["ticket_types"].size());
}

// The event of an earlier client gets a second pool: its own one keeps id, seats and bookings.
TEST(SeatPools, AreAddedToAnEventMadeWithout) {
  const auto id = create_group_event(owner, 2);
  const Json booking = book_group(ann, id, 2)["booking"], waiting = book_group(bob, id, 1)["booking"];
  event = Json::object({{"id", id}});
  expect_success(201, add_pool(owner, event, pool_of("Balcony", 1)));
  expect_text(" 2+0: 0 free, 1 wait for 1, Balcony 1+0: 1 free, 0 wait for 0", pools());
  expect_text("confirmed", state_of(read_again(ann, booking)));
  expect_number(1, read_again(bob, waiting)["position"]);
  expect_text("waitlisted", book_group(cid, id, 1)["outcome"].text());  // of the first type, as it always was
  expect_text("cancelled", cancel_outcome(ann, id));
  expect_text("confirmed", state_of(read_again(bob, waiting)));
  expect_text(" 2+0: 0 free, 0 wait for 0, Balcony 1+0: 1 free, 0 wait for 0", pools());
}

TEST(SeatPools, AreChangedOneFieldAtATime) {
  const auto reply = change_pool(owner, event, balcony(), Json::object({{"name", "Gallery"}}));
  expect_success(200, "Pool updated successfully", reply);
  expect_text("Gallery", reply.data()["name"].text());
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Gallery 2+1: 2 free, 0 wait for 0", pools());
  expect_success(200, change_pool(owner, event, balcony(), seats(5)));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Gallery 4+1: 4 free, 0 wait for 0", pools());
  expect_success(200, change_pool(owner, event, balcony(), held_back(5)));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Gallery 0+5: 0 free, 0 wait for 0", pools());
  expect_number(7, event_of(owner, event)["total_tickets"]);
  expect_number(2, event_of(owner, event)["available_tickets"]);
}

TEST(SeatPools, GiveMoreSeatsToTheLine) {
  book(ann, "Floor", 2);
  const Json first = book(bob, "Floor", 2), second = book(cid, "Floor");
  const auto reply = change_pool(owner, event, floor(), seats(4));
  expect_success(200, reply);
  expect_number(0, reply.data()["available"]);
  expect_text("confirmed", state_of(read_again(bob, first)));
  expect_number(1, read_again(cid, second)["position"]);
  CHECK_FALSE(await_notification(bob, "promoted").is_null());
}

TEST(SeatPools, ReleaseWhatWasHeldBackToTheLine) {
  book(ann, "Balcony", 2);
  const Json waiting = book(bob, "Balcony");
  expect_success(200, change_pool(owner, event, balcony(), Json::object({{"held_back", 0}, {"to", "line"}})));
  expect_text("confirmed", state_of(read_again(bob, waiting)));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 3+0: 0 free, 0 wait for 0", pools());
}

TEST(SeatPools, ReleaseWhatWasHeldBackToThePublicWhileNobodyWaits) {
  const Json to_public = Json::object({{"held_back", 0}, {"to", "public"}});
  const Json booking = book(ann, "Balcony", 2), waiting = book(bob, "Balcony", 2);
  expect_problem(409, "line_not_empty", change_pool(owner, event, balcony(), to_public));
  expect_text("waitlisted", state_of(read_again(bob, waiting)));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 2+1: 0 free, 1 wait for 2", pools());
  expect_text("cancelled", cancel_outcome(bob, id_of(event)));
  expect_success(200, change_pool(owner, event, balcony(), to_public));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 3+0: 1 free, 0 wait for 0", pools());
}

TEST(SeatPools, TakeNobodysSeat) {
  book(ann, "Floor", 2);
  expect_problem(409, "capacity_below_confirmed", change_pool(owner, event, floor(), seats(1)));
  expect_problem(409, "capacity_below_confirmed", change_pool(owner, event, floor(), held_back(1)));
  expect_problem(409, "capacity_below_confirmed", change_pool(owner, event, balcony(), held_back(4)));
  expect_text("Floor 2+0: 0 free, 0 wait for 0, Balcony 2+1: 2 free, 0 wait for 0", pools());
}

TEST(SeatPools, TellWhoeverWaitsForMoreThanThereAre) {
  book(ann, "Floor");
  const Json waiting = book(bob, "Floor", 2);
  expect_success(200, change_pool(owner, event, floor(), seats(1)));
  const Json now = read_again(bob, waiting);
  expect_text("cancelled", state_of(now));
  expect_text("never_fits", now["reason"].text());
  CHECK_FALSE(await_notification(bob, "never_fits").is_null());
}

TEST(SeatPools, NeverFitMoreThanTheyHave) {
  expect_text("rejected never_fits", type_outcome(ann, event, type_in(event, "Balcony"), 3));  // one is held back
  expect_text("confirmed", type_outcome(ann, event, type_in(event, "Balcony"), 2));
}

TEST(SeatPools, SaveSeatsEachForItsOwnLine) {
  event = create_with_pools(owner, floor_and_balcony(), {{"max_skips", 0}});
  book(ann, "Floor");
  expect_text("waitlisted", state_of(book(bob, "Floor", 2)));
  expect_text("Floor 2+0: 0 free, 1 wait for 2, Balcony 2+1: 2 free, 0 wait for 0", pools());
  expect_text("2/1/2", seats_of(owner, id_of(event)));
  const Json floor_now = pool_in(event_of(owner, event), "Floor"),
             balcony_now = pool_in(event_of(owner, event), "Balcony");
  expect_number(1, floor_now["booked"]);
  expect_number(1, floor_now["saved"]);
  expect_number(0, balcony_now["booked"]);
  expect_number(0, balcony_now["saved"]);
  expect_text("Floor 0, Balcony 2", types_in(event_of(owner, event)));
  expect_text("confirmed", state_of(book(cid, "Balcony", 2)));
}

TEST(SeatPools, HaveTheNumberOfTicketsAlone) {
  const auto path = "/v1/events/" + id_of(event);
  expect_bad_fields({"number_of_tickets"}, owner.patch(path, Json::object({{"number_of_tickets", 9}})));
  expect_number(5, event_of(owner, event)["total_tickets"]);
  event = create_with_pools(owner, list_of({pool_of("Floor", 2, {{"held_back", 1}})}));
  const auto reply = owner.patch("/v1/events/" + id_of(event), Json::object({{"number_of_tickets", 4}}));
  expect_success(200, reply);  // there is one alone
  expect_text("Floor 3+1: 3 free, 0 wait for 0", pools_in(reply.data()));
}

TEST(SeatPools, ChangeTheTagOfTheirEvent) {
  const auto path = "/v1/events/" + id_of(event);
  const auto patch = [&](const std::string& tag) {
    return send(owner.request("PATCH", path, Json::object({{"location", "Elsewhere"}}), {"If-Match: " + tag}));
  };
  const auto seen = owner.get(path).header("etag");
  expect_success(200, change_pool(owner, event, floor(), Json::object({{"name", "Ground"}})));
  expect_problem(412, "precondition_failed", patch(seen));
  const auto now = owner.get(path).header("etag");
  const auto reply = patch(now);
  expect_success(200, reply);
  expect_text(owner.get(path).header("etag"), reply.header("etag"));
}

TEST(SeatPools, AreMadeOnceUnderAKey) {
  const auto key = fresh_uuid();
  Json body = body_with_pools(list_of({pool_of("Floor", 2, {{"ticket_types", list_of({type_of("Adult")})}})}));
  const auto create = [&] { return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + key}); };
  const auto first = create(), again = create();
  expect_status(201, first);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_text("Floor 2+0: 2 free, 0 wait for 0", pools_in(event_of(owner, first.data())));
  body.set("pools", list_of({pool_of("Floor", 3)}));
  expect_problem(422, "idempotency_key_reused", create());
  auto without = event_body({.tickets = static_cast<int>(again.data()["total_tickets"].integer())});
  for (const char* same : {"title", "description", "location", "start_date_time", "end_date_time", "max_per_user"})
    without.set(same, again.data()[same]);
  expect_problem(422, "idempotency_key_reused",
                 owner.post("/v1/events/initialize", without, {"Idempotency-Key: " + key}));
}

TEST(SeatPools, AnswerARequestWhenTheOutcomeTakesLonger) {
  pause_workers();
  const auto added = add_pool(owner, event, pool_of("Box", 4));
  const auto changed = change_pool(owner, event, floor(), held_back(1));
  resume_workers();
  for (const auto& reply : {added, changed}) {
    expect_success(202, "Event update submitted successfully", reply);
    expect_text("set_pool", reply.data()["request"]["kind"].text());
    expect_text("updated", outcome_in(await_request(owner, reply)));
  }
  expect_text("Floor 1+1: 1 free, 0 wait for 0, Balcony 2+1: 2 free, 0 wait for 0, Box 4+0: 4 free, 0 wait for 0",
              pools());
}

// The worker decides on what is true by then.
TEST(SeatPools, AreRefusedByTheWorkerToo) {
  pause_workers();
  const Json booked = ask_for_type(ann, event, type_in(event, "Floor"), 2).data();
  const auto fewer = change_pool(owner, event, floor(), seats(1));
  resume_workers();
  expect_text("rejected capacity_below_confirmed", outcome_in(await_request(owner, fewer)));
}

TEST(SeatPools, AreTwentyAtMost) {
  for (int i = 2; i < 20; ++i) expect_status(201, add_pool(owner, event, pool_of("Box " + std::to_string(i), 1)));
  expect_bad_fields({"capacity"}, add_pool(owner, event, pool_of("One more", 1)));
  LONGS_EQUAL(20, event_of(owner, event)["pools"].size());
}

TEST(SeatPools, HaveAMillionSeatsAtMost) {
  expect_bad_fields({"capacity"}, change_pool(owner, event, floor(), seats(999'998)));
  expect_success(200, change_pool(owner, event, floor(), seats(999'997)));
  expect_bad_fields({"capacity"}, add_pool(owner, event, pool_of("Box", 1)));
}

TEST(SeatPools, NameEveryBadField) {
  for (const Json& bad : {Json(-1), Json(1'000'001), Json("3"), *Json::parse("2.5"), Json(true), Json::array()}) {
    const Json body = Json::object({{"name", 5}, {"capacity", bad}, {"held_back", bad}});
    expect_bad_fields({"name", "capacity", "held_back"}, add_pool(owner, event, body));
    expect_bad_fields({"name", "capacity", "held_back"}, change_pool(owner, event, floor(), body));
  }
  expect_bad_fields({"name", "capacity"}, add_pool(owner, event, Json::object()));
  expect_bad_fields({"held_back"}, add_pool(owner, event, pool_of("Box", 2, {{"held_back", 3}})));
  expect_bad_fields({"name"}, add_pool(owner, event, pool_of(std::string(101, 'x'), 2)));
  expect_bad_fields({"name"}, change_pool(owner, event, floor(), Json::object()));
  expect_bad_fields({"name"}, change_pool(owner, event, floor(), Json::object({{"to", "line"}})));
  expect_bad_fields({"to"}, change_pool(owner, event, floor(), Json::object({{"held_back", 0}, {"to", "bob"}})));
  for (const auto& reply : {owner.post("/v1/events/" + id_of(event) + "/pools", Json::array()),
                            owner.patch("/v1/events/" + id_of(event) + "/pools/" + id_of(floor()), Json::array())})
    expect_problem(400, "invalid_json", reply);
}

TEST(SeatPools, NameEveryBadFieldOfANewEvent) {
  const auto create = [&](const Json& pools, MoreFields more = {}) {
    return owner.post("/v1/events/initialize", body_with_pools(pools, more));
  };
  const Json types = list_of({type_of("Adult"), type_of("", {{"limit", -1}, {"sales_start", "x"}})});
  expect_bad_fields({"pools.0.capacity", "pools.0.ticket_types.1.name", "pools.0.ticket_types.1.limit",
                     "pools.0.ticket_types.1.sales_start", "pools.1.name", "pools.1.capacity", "title"},
                    create(list_of({pool_of("Floor", 0, {{"ticket_types", types}}), Json::object()}), {{"title", ""}}));
  expect_bad_fields({"number_of_tickets"}, create(floor_and_balcony(), {{"number_of_tickets", 5}}));
  for (const Json& bad : {Json(3), Json("Floor"), Json::object(), list_of({Json("Floor")}), Json::array()})
    expect_bad_fields({"pools"}, create(bad));
  Json many = Json::array();
  for (int i = 0; i < 21; ++i) many.push(pool_of("Box", 1));
  expect_bad_fields({"pools"}, create(many));
  expect_bad_fields({"pools"}, create(list_of({pool_of("Floor", 600'000), pool_of("Balcony", 400'001)})));
  expect_bad_fields({"pools.0.ticket_types"},
                    create(list_of({pool_of("Floor", 1, {{"ticket_types", Json::array()}})})));
  expect_bad_fields({"pools.0.held_back"}, create(list_of({pool_of("Floor", 1, {{"held_back", 2}})})));
}

TEST(SeatPools, AreOfTheOwnersEvents) {
  const Json unknown = Json::object({{"id", fresh_uuid()}}), none = Json::object({{"id", "seven"}});
  const Json other = create_with_pools(owner, floor_and_balcony());
  expect_problem(403, "not_event_owner", add_pool(ann, event, pool_of("Box", 1)));
  expect_problem(403, "not_event_owner", change_pool(ann, event, floor(), seats(9)));
  expect_problem(404, "event_not_found", add_pool(owner, unknown, pool_of("Box", 1)));
  expect_problem(404, "event_not_found", change_pool(owner, unknown, floor(), seats(9)));
  expect_problem(404, "pool_not_found", change_pool(owner, event, pool_in(other, "Floor"), seats(9)));
  expect_problem(404, "pool_not_found", change_pool(owner, event, unknown, seats(9)));
  expect_problem(400, "invalid_id", add_pool(owner, none, pool_of("Box", 1)));
  expect_problem(400, "invalid_id", change_pool(owner, none, floor(), seats(9)));
  expect_problem(400, "invalid_id", change_pool(owner, event, none, seats(9)));
  expect_success(200, owner.del("/v1/events/" + id_of(event)));
  expect_problem(409, "event_cancelled", add_pool(owner, event, pool_of("Box", 1)));
  expect_problem(409, "event_cancelled", change_pool(owner, event, floor(), seats(9)));
}

TEST(SeatPools, OfADeletedEventOfferNothing) {
  const Json booking = book(ann, "Floor", 2), waiting = book(bob, "Floor"), other = book(cid, "Balcony");
  expect_success(200, owner.del("/v1/events/" + id_of(event)));
  for (const auto& [person, its] : {std::pair(ann, booking), std::pair(bob, waiting), std::pair(cid, other)})
    expect_text("cancelled", state_of(read_again(person, its)));
  expect_text("Floor 2+0: 0 free, 0 wait for 0, Balcony 3+0: 0 free, 0 wait for 0",
              pools());  // nothing is kept any more
  expect_text("Floor 0, Balcony 0", types_in(event_of(owner, event)));
}
