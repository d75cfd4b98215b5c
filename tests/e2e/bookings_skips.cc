// Who is passed in the waiting list, how often, and what is saved for him.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/group_steps.h"
#include "support/stack.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP_BASE(Skips, FriendsTest){Response change(const std::string& event, MoreFields fields)
                                        const {return owner.patch("/v1/events/" + event, Json::object(fields));
}
std::size_t available_events() const { return owner.get("/v1/events/my-events?available=true").data().size(); }
}
;

TEST(Skips, ThreeAreServedPastAGroupAndThenSeatsAreSaved) {
  const auto event = create_group_event(owner, 8);
  const Json first = book_group(ann, event, 7)["booking"], group = book_group(bob, event, 4)["booking"];
  const auto guests = make_people(4);
  for (int passed = 0; passed < 3; ++passed) {
    expect_number(3 - passed, read_again(bob, group)["skips_left"]);
    expect_text("1/1/4", seats_of(owner, event));
    expect_text("confirmed", book_outcome(guests[static_cast<std::size_t>(passed)], event));
    expect_text("0/1/4", seats_of(owner, event));
    expect_text("shrunk", give_back_outcome(ann, first, 1));
  }
  expect_number(0, read_again(bob, group)["skips_left"]);
  expect_text("0/1/4", seats_of(owner, event));  // one is free
  LONGS_EQUAL(0, available_events());
  const Json late = book_group(guests[3], event, 1);
  expect_text("waitlisted", late["outcome"].text());
  expect_number(2, late["booking"]["position"]);
  expect_number(4, late["booking"]["tickets_ahead"]);

  cancel_outcome(ann, event);
  expect_text("confirmed", read_again(bob, group)["state"].text());
  expect_text("confirmed", read_again(guests[3], late["booking"])["state"].text());
  expect_text("0/0/0", seats_of(owner, event));
}

TEST(Skips, NoneKeepTheOrderStrictly) {
  const auto event = create_group_event(owner, 3, {{"max_skips", 0}});
  book_group(ann, event, 2);
  const Json group = book_group(bob, event, 2)["booking"];
  expect_number(0, group["skips_left"]);
  expect_text("0/1/2", seats_of(owner, event));
  expect_text("waitlisted", book_outcome(make_person(), event));
}

TEST(Skips, AreMoreAsSoonAsTheOrganiserSaysSo) {
  const auto event = create_group_event(owner, 3, {{"max_skips", 0}});
  book_group(ann, event, 2);
  const Json group = book_group(bob, event, 2)["booking"];
  const auto guest = make_person();
  const Json single = book_group(guest, event, 1)["booking"];
  expect_success(200, change(event, {{"max_skips", 2}}));
  expect_text("confirmed", read_again(guest, single)["state"].text());
  expect_number(1, read_again(bob, group)["skips_left"]);
  expect_text("0/1/2", seats_of(owner, event));
}

TEST(Skips, AreUsedUpWhereTheOrganiserLowersThem) {
  const auto event = create_group_event(owner, 5);
  book_group(ann, event, 2);
  const Json group = book_group(bob, event, 4)["booking"];
  for (int i = 0; i < 2; ++i) book_outcome(make_person(), event);
  expect_number(1, read_again(bob, group)["skips_left"]);
  expect_success(200, change(event, {{"max_skips", 1}}));
  expect_number(0, read_again(bob, group)["skips_left"]);
  expect_text("0/1/4", seats_of(owner, event));
}

// Within a day of the start, unless the event says otherwise.
TEST(Skips, CountNoMoreBeforeTheStart) {
  const auto event = create_group_event(owner, 3, {{"max_skips", 0}, {"saving_stops_hours", 47}});
  book_group(ann, event, 2);
  const Json group = book_group(bob, event, 2)["booking"];
  expect_text("0/1/2", seats_of(owner, event));
  LONGS_EQUAL(0, available_events());
  expect_success(200, change(event, {{"saving_stops_hours", 49}}));
  expect_text("1/1/2", seats_of(owner, event));
  LONGS_EQUAL(1, available_events());
  expect_text("confirmed", book_outcome(make_person(), event));
  expect_text("waitlisted", read_again(bob, group)["state"].text());
}

TEST(Skips, EndTheirSavingInTime) {
  const auto event = create_group_event(owner, 3, {{"max_skips", 0}});
  book_group(ann, event, 2);
  book_group(bob, event, 2);
  const auto guest = make_person();
  const Json single = book_group(guest, event, 1);
  expect_text("waitlisted", single["outcome"].text());
  query("UPDATE events SET start_date_time = now() + interval '1 day 1 second' WHERE id = $1::uuid", event);
  expect(await([&] { return read_again(guest, single["booking"])["state"].text() == "confirmed"; }), "is served");
  expect_text("0/1/2", seats_of(owner, event));
}
