#include "support/booking_steps.h"
#include "support/checks.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(InitializeEvent) {
  Person owner;

  void setup() override { owner = make_person(); }

  Response initialize(const Json& body) const { return owner.post("/v1/events/initialize", body); }

  // A good body with one field of its own.
  Response with(const char* field, const Json& value) const { return initialize(event_body().set(field, value)); }

  static std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) all += text;
    return all;
  }
};

TEST(InitializeEvent, AnswersTheEvent) {
  const Json body = event_body({.tickets = 7, .max_per_user = 3});
  const auto reply = initialize(body);
  expect_success(201, "Event created successfully", reply);
  const Json event = reply.data();
  expect_event(event);
  for (const char* field : {"title", "description", "location", "start_date_time", "end_date_time"}) {
    expect_text(body[field].text(), event[field].text());
  }
  expect_number(7, event["total_tickets"]);
  expect_number(3, event["max_per_user"]);
  expect_text(owner.id, event["user_id"].text());
}

TEST(InitializeEvent, StartsWithEverySeatFree) {
  const Json event = initialize(event_body({.tickets = 7})).data();
  expect_number(7, event["available_tickets"]);
  expect_number(0, event["waiting_list_count"]);
  expect_number(0, event["_count"]["event_tickets"]);
  expect_number(0, event["_count"]["event_ticket_waiting_list"]);
  expect_text("open", event["state"].text());
}

TEST(InitializeEvent, AllowsOneTicketAPersonUnlessToldOtherwise) {
  const Json body = Json::object({{"title", fresh_title()},
                                  {"description", "An evening of songs"},
                                  {"location", "The old hall"},
                                  {"start_date_time", "2099-05-01T19:30:00Z"},
                                  {"end_date_time", "2099-05-01T22:30:00Z"},
                                  {"number_of_tickets", 5}});
  const auto reply = initialize(body);
  expect_status(201, reply);
  expect_number(1, reply.data()["max_per_user"]);
}

TEST(InitializeEvent, AnswersTimesInUtc) {
  const Json body = event_body()
                        .set("start_date_time", "2099-05-01T19:30:00.250+02:00")
                        .set("end_date_time", "2099-05-01T21:00:00-01:30");
  const Json event = initialize(body).data();
  expect_text("2099-05-01T17:30:00.250Z", event["start_date_time"].text());
  expect_text("2099-05-01T22:30:00.000Z", event["end_date_time"].text());
}

TEST(InitializeEvent, TrimsItsTexts) {
  const auto reply = with("title", "  Songs \n");
  expect_status(201, reply);
  expect_text("Songs", reply.data()["title"].text());
}

TEST(InitializeEvent, NamesEveryMissingField) {
  expect_bad_fields({"title", "description", "location", "start_date_time", "end_date_time", "number_of_tickets"},
                    initialize(Json::object()));
}

TEST(InitializeEvent, NamesEveryBadField) {
  const Json body = Json::object({{"title", 1},
                                  {"description", true},
                                  {"location", Json::array()},
                                  {"start_date_time", "tomorrow"},
                                  {"end_date_time", 5},
                                  {"number_of_tickets", "many"},
                                  {"max_per_user", 0}});
  expect_bad_fields(
      {"title", "description", "location", "start_date_time", "end_date_time", "number_of_tickets", "max_per_user"},
      initialize(body));
}

TEST(InitializeEvent, RefusesABlankTitle) {
  expect_bad_fields({"title"}, with("title", ""));
  expect_bad_fields({"title"}, with("title", " \t\n "));
}

TEST(InitializeEvent, TakesATitleOf255Characters) {
  expect_status(201, with("title", std::string(255, 't')));
  expect_bad_fields({"title"}, with("title", std::string(256, 't')));
}

TEST(InitializeEvent, CountsCharactersAndNotBytes) {
  expect_status(201, with("title", repeated("🎟", 255)));
  expect_bad_fields({"title"}, with("title", repeated("🎟", 256)));
}

TEST(InitializeEvent, TakesTextsOf10000Characters) {
  for (const char* field : {"location", "description"}) {
    expect_status(201, with(field, std::string(10000, 'd')));
    expect_bad_fields({field}, with(field, std::string(10001, 'd')));
  }
}

TEST(InitializeEvent, TakesOneToAMillionTickets) {
  expect_bad_fields({"number_of_tickets"}, with("number_of_tickets", 0));
  expect_status(201, with("number_of_tickets", 1));
  expect_status(201, with("number_of_tickets", 1'000'000));
  expect_bad_fields({"number_of_tickets"}, with("number_of_tickets", 1'000'001));
}

TEST(InitializeEvent, TakesALimitOfOneToAHundredAPerson) {
  expect_bad_fields({"max_per_user"}, with("max_per_user", 0));
  expect_status(201, with("max_per_user", 100));
  expect_bad_fields({"max_per_user"}, with("max_per_user", 101));
}

TEST(InitializeEvent, RefusesNumbersThatAreNone) {
  expect_bad_fields({"number_of_tickets"}, with("number_of_tickets", "5"));
  expect_bad_fields({"number_of_tickets"}, with("number_of_tickets", true));
  expect_bad_fields({"number_of_tickets"}, with("number_of_tickets", *Json::parse("1.5")));
}

TEST(InitializeEvent, RefusesATimeWithoutAZone) {
  expect_bad_fields({"start_date_time"}, with("start_date_time", "2026-05-01T19:30:00"));
}

TEST(InitializeEvent, RefusesADayThatDoesNotExist) {
  expect_bad_fields({"end_date_time"}, with("end_date_time", "2099-02-30T19:30:00Z"));
}

TEST(InitializeEvent, MustEndAfterItsStart) {
  const auto start = time_in(std::chrono::hours(2)), before = time_in(std::chrono::hours(1));
  expect_bad_fields({"end_date_time"},
                    initialize(event_body().set("start_date_time", start).set("end_date_time", before)));
  expect_bad_fields({"end_date_time"},
                    initialize(event_body().set("start_date_time", start).set("end_date_time", start)));
}
