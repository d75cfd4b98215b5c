#include "api/views.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Views) {
  FixedClock clock;
  storage::Event event;

  void setup() override {
    event.starts_at = clock.now();
    event.ends_at = clock.now() + std::chrono::hours(1);
    event.total_tickets = 5;
    event.available_tickets = 2;
    event.waiting_list_count = 4;
  }
  std::string_view state_at(Time now) const { return state_of(event.status, event.ends_at, now); }
};

TEST(Views, CountSeatsTakenAndPeopleWaiting) {
  const auto json = parsed(event_json(event, clock.now()));
  expect_text(R"({"event_tickets":3,"event_ticket_waiting_list":4})", json["_count"].dump());
  LONGS_EQUAL(5, json["total_tickets"].integer());
}

TEST(Views, CallAnEventOpenUntilItEnds) {
  expect_text("open", state_at(event.ends_at - milliseconds(1)));
  expect_text("over", state_at(event.ends_at));
  event.status = domain::EventStatus::cancelled;
  expect_text("cancelled", state_at(clock.now()));
}

TEST(Views, OfferNothingOfWhatIsNotOpen) {
  for (const auto status : {domain::EventStatus::cancelled, domain::EventStatus::removed}) {
    event.status = status;
    const auto json = parsed(event_json(event, clock.now()));
    LONGS_EQUAL(0, json["available_tickets"].integer());
    LONGS_EQUAL(0, json["waiting_list_count"].integer());
  }
  event.status = domain::EventStatus::open;
  LONGS_EQUAL(0, parsed(event_json(event, event.ends_at))["available_tickets"].integer());
  LONGS_EQUAL(2, parsed(event_json(event, clock.now()))["available_tickets"].integer());
}

TEST(Views, OfferNothingOfWhatIsSaved) {
  event.saved_until = clock.now() + seconds(1);
  event.saved_tickets = event.available_tickets;
  event.waiting_tickets = 9;
  const auto saved = parsed(event_json(event, clock.now())), later = parsed(event_json(event, *event.saved_until));
  LONGS_EQUAL(0, saved["available_tickets"].integer());
  LONGS_EQUAL(4, saved["waiting_list_count"].integer());
  LONGS_EQUAL(9, saved["waiting_tickets"].integer());
  expect_text(R"({"event_tickets":3,"event_ticket_waiting_list":4})", saved["_count"].dump());
  LONGS_EQUAL(2, later["available_tickets"].integer());
}

TEST(Views, CallAnEventThatWasDeletedAfterItsEndOver) {
  event.status = domain::EventStatus::removed;
  expect_text("over", state_at(clock.now()));
}

TEST(Views, ShowNullWhereABookingHasNothing) {
  const auto json = parsed(booking_json({}, clock.now()));
  for (const auto* field :
       {"expires_at", "remainder", "position", "tickets_ahead", "skips_left", "reason", "promoted_at", "cancelled_at"})
    CHECK_TRUE_TEXT(json.has(field) && json[field].is_null(), field);
  CHECK_TRUE(json["accept_fewer"].is_boolean() && !json["accept_fewer"].boolean());
  LONGS_EQUAL(1, json["quantity"].integer());
}

TEST(Views, ShowUntilWhenSeatsAreHeld) {
  storage::BookingDetails booking;
  booking.state = domain::BookingState::held;
  booking.expires_at = clock.now();
  const auto json = parsed(booking_json(booking, clock.now()));
  expect_text("held", json["state"].text());
  expect_text("2027-01-15T08:00:00.000Z", json["expires_at"].text());
}

TEST(Views, ShowNobodyWaitingWhenTheLineIsOver) {
  event.line_ends_at = clock.now() + seconds(1);
  LONGS_EQUAL(4, parsed(event_json(event, clock.now()))["waiting_list_count"].integer());
  const auto over = parsed(event_json(event, event.line_ends_at));
  LONGS_EQUAL(0, over["waiting_list_count"].integer());
  LONGS_EQUAL(2, over["available_tickets"].integer());
}

TEST(Views, ShowWhatAnEventSaysAboutHeldSeats) {
  event.hold_minutes = 30;
  event.confirmed_by = domain::ConfirmedBy::organiser;
  event.line_closes = domain::LineCloses::start;
  const auto json = parsed(event_json(event, clock.now()));
  LONGS_EQUAL(30, json["hold_minutes"].integer());
  LONGS_EQUAL(0, json["offer_minutes"].integer());
  LONGS_EQUAL(120, json["offer_stops_minutes"].integer());
  expect_text("organiser", json["confirmed_by"].text());
  expect_text("start", json["line_closes"].text());
}

TEST(Views, ShowAQueuedRequestWithItsHref) {
  domain::Command command;
  command.id = numbered<CommandId>(7);
  const auto json = parsed(queued_request_json(command));
  expect_text("queued", json["state"].text());
  expect_text("book", json["kind"].text());
  expect_text("/v1/requests/00000000-0000-0000-0000-000000000007", json["href"].text());
}

TEST(Views, ShowANotificationThatIsStillInTheQueue) {
  domain::Command command;
  command.action = domain::Cancel{};
  command.accepted_at = clock.now();
  const auto json = parsed(pending_notification_json(command));
  expect_text("processing", json["kind"].text());
  expect_contains("is being processed", json["message"].text());
  expect_text("2027-01-15T08:00:00.000Z", json["created_at"].text());
  CHECK_TRUE(json["booking_id"].is_null() && json["read_at"].is_null());
}
