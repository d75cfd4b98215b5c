// Bookings of several tickets, and groups in the waiting list.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP_BASE(BookSeveral, FriendsTest){
    static void expect_outcome(const char* outcome, const Json& request,
                               Where where = Where::current()){expect_text(outcome, request["outcome"].text(), where);
}
static void expect_rejected(const char* reason, const Json& request, Where where = Where::current()) {
  expect_outcome("rejected", request, where);
  expect_text(reason, request["reason"].text(), where);
}
// The person's live bookings of the event, as "state quantity" each, the newest first.
static std::string live_of(const Person& person, const std::string& event) {
  const Json all = person.get("/v1/bookings?event_id=" + event).data()["data"];
  std::string list;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Json booking = all.at(i);
    if (booking["state"].text() == "confirmed" || booking["state"].text() == "waitlisted")
      list += std::string(list.empty() ? "" : ", ") + std::string(booking["state"].text()) + ' ' +
              std::to_string(booking["quantity"].integer());
  }
  return list;
}
}
;

TEST(BookSeveral, TakesSoManySeats) {
  const auto event = create_group_event(owner, 10);
  const Json request = book_group(ann, event, 4);
  expect_outcome("confirmed", request);
  expect_booking(request["booking"]);
  expect_number(4, request["booking"]["quantity"]);
  expect_text("6/0/0", seats_of(owner, event));
  expect_number(4, owner.get("/v1/events/" + event).data()["_count"]["event_tickets"]);
}

TEST(BookSeveral, CountsAsOneBookingOfMine) {
  const auto event = create_group_event(owner, 6);
  book_group(ann, event, 4);
  book_group(ann, event, 3);
  const Json mine = status_of(ann, event)["my"];
  expect_number(1, mine["confirmed"]);
  expect_number(1, mine["waitlisted"]);
  expect_number(1, mine["position"]);
}

TEST(BookSeveral, IsOneTicketForWhoSaysNothing) {
  const auto event = create_group_event(owner, 2);
  const Json request = await_request(ann, book(ann, event));
  expect_number(1, request["booking"]["quantity"]);
  CHECK_FALSE(request["booking"]["accept_fewer"].boolean());
  expect_text("1/0/0", seats_of(owner, event));
  const Json of_nobody = await_request(ann, ask_for(ann, event, Json()));  // null is as good as nothing
  expect_number(1, of_nobody["booking"]["quantity"]);
}

TEST(BookSeveral, FourFriendsGetTheirSeatsTogether) {
  const auto event = create_group_event(owner, 5);
  const Json first = book_group(ann, event, 3);
  const Json friends = book_group(bob, event, 4);
  expect_outcome("waitlisted", friends);
  expect_number(1, friends["booking"]["position"]);
  expect_number(0, friends["booking"]["tickets_ahead"]);
  expect_number(3, friends["booking"]["skips_left"]);
  expect_text("2/1/4", seats_of(owner, event));

  expect_text("cancelled", await_request(ann, cancel(ann, event))["outcome"].text());
  const Json served = read_again(bob, friends["booking"]);
  expect_text("confirmed", served["state"].text());
  expect_number(4, served["quantity"]);
  CHECK_TRUE(is_wire_time(served["promoted_at"]));
  for (const auto* field : {"position", "tickets_ahead", "skips_left"}) CHECK_TRUE(served[field].is_null());
  expect_text("1/0/0", seats_of(owner, event));
  expect_contains("4 seats", notification_of(bob, "promoted")["message"].text());
}

TEST(BookSeveral, TellsWhatThoseBeforeWant) {
  const auto event = create_group_event(owner, 6);
  book_group(owner, event, 6);
  const Json four = book_group(ann, event, 4)["booking"], two = book_group(bob, event, 2)["booking"],
             one = book_group(cid, event, 1)["booking"];
  expect_number(4, two["tickets_ahead"]);
  expect_number(6, one["tickets_ahead"]);
  expect_number(3, one["position"]);
  expect_text("0/3/7", seats_of(owner, event));
  cancel_outcome(ann, event);
  expect_number(2, read_again(cid, one)["tickets_ahead"]);
  expect_number(2, cid.get("/v1/bookings?event_id=" + event).data()["data"].at(0)["tickets_ahead"]);
  expect_text("cancelled", read_again(ann, four)["state"].text());
}

TEST(BookSeveral, TakesFewerAndWaitsForTheRest) {
  const auto event = create_group_event(owner, 4);
  book_group(ann, event, 2);
  const Json request = book_group(bob, event, 4, {{"accept_fewer", true}});
  expect_outcome("confirmed", request);
  expect_number(2, request["booking"]["quantity"]);
  expect_text("waitlisted 2, confirmed 2", live_of(bob, event));
  const Json rest = booking_of_event(bob, event);
  CHECK_TRUE(rest["accept_fewer"].boolean());
  expect_text("keep", rest["remainder"].text());
  expect_text("0/1/2", seats_of(owner, event));
  cancel_outcome(ann, event);
  expect_text("confirmed 2, confirmed 2", live_of(bob, event));
}

TEST(BookSeveral, WaitsForTheRestWhereItStood) {
  const auto event = create_group_event(owner, 3);
  const Json first = book_group(ann, event, 3)["booking"];
  const Json wish = book_group(bob, event, 3, {{"accept_fewer", true}, {"remainder", "keep"}})["booking"];
  CHECK_TRUE(wish["accept_fewer"].boolean());
  const Json behind = book_group(cid, event, 1)["booking"];
  expect_text("shrunk", give_back_outcome(ann, first, 1));
  expect_text("confirmed", read_again(bob, wish)["state"].text());
  expect_number(1, read_again(bob, wish)["quantity"]);
  expect_text("waitlisted 2, confirmed 1", live_of(bob, event));
  expect_number(2, read_again(cid, behind)["position"]);
  expect_number(2, read_again(cid, behind)["tickets_ahead"]);
}

TEST(BookSeveral, TakesFewerAndDropsTheRest) {
  const auto event = create_group_event(owner, 4);
  book_group(ann, event, 2);
  const Json request = book_group(bob, event, 4, {{"accept_fewer", true}, {"remainder", "drop"}});
  expect_outcome("confirmed", request);
  expect_number(2, request["booking"]["quantity"]);
  CHECK_TRUE(request["booking"]["remainder"].is_null());
  expect_text("confirmed 2", live_of(bob, event));
  expect_text("0/0/0", seats_of(owner, event));
}

TEST(BookSeveral, IsHeldToTheLimitByTickets) {
  const auto event = create_group_event(owner, 3, {{"max_per_user", 4}});
  expect_outcome("confirmed", book_group(ann, event, 2));
  expect_rejected("limit_reached", book_group(ann, event, 3));
  expect_outcome("waitlisted", book_group(ann, event, 2));
  expect_rejected("limit_reached", book_group(ann, event, 1));
  cancel_outcome(ann, event);
  expect_outcome("confirmed", book_group(ann, event, 1));
}

TEST(BookSeveral, IsRefusedBeyondTheLimitOfABooking) {
  const auto event = create_group_event(owner, 9, {{"max_per_booking", 4}});
  const auto limit = [&](int most) {
    expect_status(200, owner.patch("/v1/events/" + event, Json::object({{"max_per_booking", most}})));
  };
  expect_outcome("confirmed", book_group(ann, event, 4));
  expect_problem(400, "quantity_over_limit", ask_for(ann, event, 5));
  limit(5);
  expect_outcome("confirmed", book_group(ann, event, 5));  // a no is read anew
  limit(2);
  // What the endpoint remembers may still say yes for some seconds.
  const auto late = ask_for(bob, event, 3);
  if (late.status == 400) return expect_problem(400, "quantity_over_limit", late);
  expect_rejected("limit_reached", await_request(bob, late));
}

TEST(BookSeveral, IsRefusedBeyondWhatAPersonMayHave) {
  const auto event = create_group_event(owner, 9, {{"max_per_user", 3}});
  const auto refused = ask_for(ann, event, 4);
  expect_problem(400, "quantity_over_limit", refused);
  expect_contains("at most 3 tickets", refused.body);
  expect_outcome("confirmed", book_group(ann, event, 2));
  expect_rejected("limit_reached", book_group(ann, event, 2));
}

TEST(BookSeveral, IsRejectedWhereItNeverFits) {
  const auto event = create_group_event(owner, 3);
  expect_rejected("never_fits", book_group(ann, event, 4));
  const Json booking = booking_of_event(ann, event);
  expect_text("never_fits", booking["reason"].text());
  expect_number(4, booking["quantity"]);
  expect_text("3/0/0", seats_of(owner, event));
}

TEST(BookSeveral, EndsWhereItFitsNoMore) {
  const auto event = create_group_event(owner, 6);
  book_group(ann, event, 3);
  const Json waiting = book_group(bob, event, 4)["booking"], other = book_group(cid, event, 4)["booking"];
  expect_status(200, owner.patch("/v1/events/" + event, Json::object({{"number_of_tickets", 3}})));
  const Json ended = read_again(bob, waiting);
  expect_text("cancelled", ended["state"].text());
  expect_text("never_fits", ended["reason"].text());
  expect_text("cancelled", read_again(cid, other)["state"].text());
  expect_text("0/0/0", seats_of(owner, event));
  CHECK_FALSE(await_notification(bob, "never_fits").is_null());
}

TEST(BookSeveral, NamesEveryBadField) {
  const auto event = create_group_event(owner, 200);
  const auto refuse = [&](const std::vector<std::string>& fields, const Json& quantity, MoreFields more = {}) {
    expect_bad_fields(fields, ask_for(ann, event, quantity, more));
  };
  for (const Json& bad : {Json(0), Json(101), Json(-1), Json("2"), *Json::parse("2.5"), Json(true), Json::array(),
                          Json::object(), Json(std::int64_t{1} << 40)})
    refuse({"quantity"}, bad);
  refuse({"remainder"}, 2, {{"remainder", "keep"}});
  refuse({"remainder"}, 2, {{"remainder", "drop"}, {"accept_fewer", false}});
  refuse({"remainder"}, 2, {{"remainder", "sell"}, {"accept_fewer", true}});
  refuse({"accept_fewer"}, 2, {{"accept_fewer", "true"}});
  refuse({"quantity", "accept_fewer", "remainder"}, 0, {{"accept_fewer", 1}, {"remainder", 1}});
  LONGS_EQUAL(0, count("SELECT count(*) FROM commands WHERE user_id = $1::uuid", ann.id));
  expect_text("200/0/0", seats_of(owner, event));
}

TEST(BookSeveral, IsTheSameUnderTheSameKeyOnlyWithTheSameWish) {
  const auto event = create_group_event(owner, 20);
  const auto key = fresh_uuid();
  const auto first = ask_for(ann, event, 4, {}, key), again = ask_for(ann, event, 4, {{"accept_fewer", false}}, key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", ask_for(ann, event, 5, {}, key));
  expect_problem(422, "idempotency_key_reused", ask_for(ann, event, 4, {{"accept_fewer", true}}, key));
  await_request(ann, first);
  expect_text("16/0/0", seats_of(owner, event));
}

TEST(BookSeveral, IsAnsweredAgainOnceTheLimitIsLower) {
  const auto event = create_group_event(owner, 20);
  const auto key = fresh_uuid();
  const auto first = ask_for(ann, event, 4, {}, key);
  await_request(ann, first);
  expect_status(200, owner.patch("/v1/events/" + event, Json::object({{"max_per_booking", 2}})));
  expect_text(first.body, ask_for(ann, event, 4, {}, key).body);
}

TEST(BookSeveral, OfOneTicketIsWhatItWas) {
  const auto event = create_group_event(owner, 2);
  const auto key = fresh_uuid();
  const auto first = book(ann, event, key);
  expect_text(first.body, ask_for(ann, event, 1, {{"accept_fewer", true}, {"remainder", "drop"}}, key).body);
  CHECK_FALSE(await_request(ann, first)["booking"]["accept_fewer"].boolean());
}
