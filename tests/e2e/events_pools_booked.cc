// Bookings of an event with several pools: what goes over all of them, and what stays within one.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/pool_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP_BASE(BookedPools, FriendsTest) {
  Json event;
  // Floor and Balcony of two seats each.
  void make(MoreFields more = {}) {
    event = create_with_pools(owner, list_of({pool_of("Floor", 2), pool_of("Balcony", 2)}), more);
  }
  std::string pools() const { return pools_in(event_of(owner, event)); }
  Json ask(const Person& person, const char* pool, int quantity = 1, MoreFields more = {}) const {
    return book_type(person, event, type_in(event, pool), quantity, more);
  }
  Json book(const Person& person, const char* pool, int quantity = 1, MoreFields more = {}) const {
    return ask(person, pool, quantity, more)["booking"];
  }
  static std::string state_of(const Person& person, const Json& booking) {
    const Json now = read_again(person, booking);
    return std::string(now["state"].text()) + (now["reason"].is_null() ? "" : " " + std::string(now["reason"].text()));
  }
};

TEST(BookedPools, CountTogetherForTheLimitOfAPerson) {
  make({{"max_per_user", 2}});
  expect_text("confirmed", outcome_in(ask(ann, "Floor")));
  expect_text("confirmed", outcome_in(ask(ann, "Balcony")));
  expect_text("rejected limit_reached", outcome_in(ask(ann, "Balcony")));
  expect_text("confirmed", outcome_in(ask(bob, "Balcony")));
}

TEST(BookedPools, LoseTheNewestBookingOfWhoeverNamesNone) {
  make();
  const Json first = book(ann, "Balcony"), second = book(ann, "Floor", 2);
  expect_text("cancelled", cancel_outcome(ann, id_of(event)));
  expect_text("Floor 2+0: 2 free, 0 wait for 0, Balcony 2+0: 1 free, 0 wait for 0", pools());
  expect_text("confirmed", state_of(ann, first));
  expect_text("cancelled", state_of(ann, second));
  expect_text("cancelled", cancel_outcome(ann, id_of(event)));
  expect_text("nothing_to_cancel", cancel_outcome(ann, id_of(event)));
}

TEST(BookedPools, ServeFewerWithinTheirLine) {
  make();
  book(ann, "Floor");
  const Json served = book(bob, "Floor", 2, {{"accept_fewer", true}});
  expect_text("confirmed", state_of(bob, served));
  expect_number(1, read_again(bob, served)["quantity"]);
  const Json rest = bob.get("/v1/bookings?state=waitlisted").data()["data"].at(0);
  expect_text(id_of(pool_in(event, "Floor")), rest["pool_id"].text());
  expect_text("Floor", rest["ticket_type"]["name"].text());
  expect_number(1, rest["position"]);
  expect_text("Floor 2+0: 0 free, 1 wait for 1, Balcony 2+0: 2 free, 0 wait for 0", pools());
}

TEST(BookedPools, ShowThePlaceInTheLineOfTheFirstThatWaits) {
  make();
  for (const char* pool : {"Floor", "Balcony"}) book(ann, pool, 2);
  book(bob, "Balcony");
  book(cid, "Balcony"), book(cid, "Floor");
  const Json my = status_of(cid, id_of(event))["my"];
  expect_number(2, my["waitlisted"]);
  expect_number(2, my["position"]);  // of the Balcony
  expect_text("0/3/3", seats_of(owner, id_of(event)));
}

TEST(BookedPools, HoldSeatsAndPassThemOn) {
  make({{"hold_minutes", 30}, {"offer_minutes", 60}});
  expect_success(200, change_type(owner, event, type_in(event, "Floor"), only("limit", 4)));
  const Json held = book(ann, "Floor", 2), waiting = book(bob, "Floor", 2), other = book(cid, "Balcony");
  expect_text("held", state_of(ann, held));
  expect_text("waitlisted", state_of(bob, waiting));
  expect_text("rejected type_limit_reached", outcome_in(ask(cid, "Floor")));
  query("UPDATE bookings SET held_until = now() - interval '1 ms' WHERE id = $1::uuid", id_of(held));
  expect(await([&] { return state_of(bob, waiting) == "held"; }), "the seats are offered to the next of the line");
  expect_text("cancelled offer_expired", state_of(ann, held));
  expect_text("held", state_of(cid, other));
  expect_text("confirmed_held", outcome_in(await_request(bob, confirm(bob, waiting))));
  expect_text("waitlisted", outcome_in(ask(cid, "Floor")));
  expect_text("Floor 2+0: 0 free, 1 wait for 1, Balcony 2+0: 1 free, 0 wait for 0", pools());
}

TEST(BookedPools, AreAvailableToDiscoverWhileAnotherSavesSeats) {
  make({{"max_skips", 0}});
  const auto found = [&] {
    const auto reply = ann.get("/v1/events/discover?available=true&q=" + std::string(event["title"].text()));
    expect_status(200, reply);
    return static_cast<int>(reply.data()["data"].size());
  };
  book(ann, "Floor"), book(bob, "Floor", 2);
  expect_text("2/1/2", seats_of(owner, id_of(event)));
  LONGS_EQUAL(1, found());
  book(cid, "Balcony", 2);
  expect_text("0/1/2", seats_of(owner, id_of(event)));
  LONGS_EQUAL(0, found());
}

TEST(BookedPools, CloseAllLinesWithTheEvent) {
  make();
  const Json served = book(ann, "Floor", 2), other = book(ann, "Balcony", 2);
  const Json waiting = book(bob, "Floor"), more = book(cid, "Balcony", 2);
  const Json dates = Json::object(
      {{"start_date_time", time_in(std::chrono::hours(-2))}, {"end_date_time", time_in(std::chrono::hours(-1))}});
  expect_success(200, owner.patch("/v1/events/" + id_of(event), dates));
  expect_text("cancelled line_closed", state_of(bob, waiting));
  expect_text("cancelled line_closed", state_of(cid, more));
  expect_text("confirmed", state_of(ann, served));
  expect_text("confirmed", state_of(ann, other));
  expect_text("Floor 2+0: 0 free, 0 wait for 0, Balcony 2+0: 0 free, 0 wait for 0", pools());
  CHECK_FALSE(await_notification(cid, "line_closed").is_null());
}

TEST(BookedPools, TellOnceOfAnotherDate) {
  make();
  book(ann, "Floor"), book(ann, "Balcony"), book(bob, "Balcony");
  const Json later = Json::object({{"end_date_time", time_in(std::chrono::hours(51))}});
  expect_success(200, owner.patch("/v1/events/" + id_of(event), later));
  CHECK_FALSE(await_notification(ann, "event_moved").is_null());
  CHECK_FALSE(await_notification(bob, "event_moved").is_null());
}
