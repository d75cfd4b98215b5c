#include <atomic>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

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
  expect_text(reply.data().canonical(), owner.get(reply.header("location")).data().canonical());
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
                                  {"start_date_time", "2032-05-01T19:30:00Z"},
                                  {"end_date_time", "2032-05-01T22:30:00Z"},
                                  {"number_of_tickets", 5}});
  const auto reply = initialize(body);
  expect_status(201, reply);
  expect_number(1, reply.data()["max_per_user"]);
}

TEST(InitializeEvent, AnswersTimesInUtc) {
  const Json body = event_body()
                        .set("start_date_time", "2032-05-01T19:30:00.250+02:00")
                        .set("end_date_time", "2032-05-01T21:00:00-01:30");
  const Json event = initialize(body).data();
  expect_text("2032-05-01T17:30:00.250Z", event["start_date_time"].text());
  expect_text("2032-05-01T22:30:00.000Z", event["end_date_time"].text());
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
  expect_bad_fields({"end_date_time"}, with("end_date_time", "2032-02-30T19:30:00Z"));
}

TEST(InitializeEvent, MustEndAfterItsStart) {
  const auto start = time_in(std::chrono::hours(2)), before = time_in(std::chrono::hours(1));
  expect_bad_fields({"end_date_time"},
                    initialize(event_body().set("start_date_time", start).set("end_date_time", before)));
  expect_bad_fields({"end_date_time"},
                    initialize(event_body().set("start_date_time", start).set("end_date_time", start)));
}

TEST(InitializeEvent, LastsAYearAtMost) {
  const auto start = time_in(std::chrono::hours(2));
  const auto until = [&](int days) {
    return event_body().set("start_date_time", start).set("end_date_time", time_in(std::chrono::days(days)));
  };
  expect_status(201, initialize(until(366)));
  const auto reply = initialize(until(367));
  expect_bad_fields({"end_date_time"}, reply);
  expect_contains("out_of_range", reply.body);
}

TEST(InitializeEvent, StartsWithinTenYearsOrInThePast) {
  const auto in_days = [&](int days) { return initialize(event_body({.starts_in = std::chrono::days(days)})); };
  expect_status(201, in_days(3'650));
  expect_bad_fields({"start_date_time"}, in_days(3'654));
  expect_status(201, in_days(-20'000));
}

TEST_GROUP(ManyEvents) {
  static constexpr int kEventsPerUser = 1000;  // the default of TICKETD_EVENTS_PER_USER
  Person owner;

  // All but one of those that a user may have.
  void setup() override {
    owner = make_person();
    have(kEventsPerUser - 1, "1 year");
  }
  void teardown() override {
    resume_workers();
    query("UPDATE events SET state = 'cancelled' WHERE user_id = $1", owner.id);
  }

  void have(int events, const char* end_in) const {
    query(R"(INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time,
        total_tickets, available_tickets, created_at, updated_at)
      SELECT gen_random_uuid(), $1, 'One of many', 'd', 'l', now() + $2::interval - interval '1 hour',
        now() + $2::interval, 5, 5, now(), now() FROM generate_series(1, $3::integer))",
          owner.id, end_in, events);
  }
  Response initialize(const Json& body = event_body(), const std::string& key = fresh_uuid()) const {
    return owner.post("/v1/events/initialize", body, {"Idempotency-Key: " + key});
  }
};

TEST(ManyEvents, OfOnePersonComeToAnEnd) {
  expect_status(201, initialize());
  expect_problem(409, "too_many_events", initialize());
  expect_problem(409, "too_many_events", owner.post("/v1/events/initialize", event_body()));
  expect_status(201, make_person().post("/v1/events/initialize", event_body()));
}

TEST(ManyEvents, AreCountedAnewWhenOneThatIsOverIsMoved) {
  const auto path = "/v1/events/" + create_ended_event(owner);
  expect_status(201, initialize());
  auto changes = Json::object();
  changes.set("start_date_time", "2032-05-01T18:00:00Z").set("end_date_time", "2032-05-01T21:00:00Z");
  expect_problem(409, "too_many_events", owner.patch(path, changes));
  changes.set("number_of_tickets", 7);  // by the queue
  expect_problem(409, "too_many_events", owner.patch(path, changes));
  changes = Json::object();
  expect_status(200, owner.patch(path, changes.set("title", "As it was")));
}

// What is queued counts as well: else as many as may be queued would come through at once.
TEST(ManyEvents, AreCountedWhileTheyAreOnTheirWay) {
  const auto one = "/v1/events/" + create_ended_event(owner), other = "/v1/events/" + create_ended_event(owner);
  auto changes = Json::object();
  changes.set("start_date_time", "2032-05-01T18:00:00Z").set("end_date_time", "2032-05-01T21:00:00Z");
  changes.set("number_of_tickets", 7);  // by the queue
  pause_workers();
  expect_status(202, owner.patch(one, changes));
  const auto second = owner.patch(other, changes), created = initialize();
  resume_workers();
  expect_problem(409, "too_many_events", second);
  expect_problem(409, "too_many_events", created);
}

TEST(ManyEvents, OfRequestsAtOnceAreCountedExactly) {
  std::atomic<int> made = 0;
  in_parallel(8, 16, [&](std::size_t) { made += initialize().status == 201 ? 1 : 0; });
  LONGS_EQUAL(1, made);
}

TEST(ManyEvents, AreCountedAnewWhenOneIsDeleted) {
  const auto id = create_event(owner);
  expect_problem(409, "too_many_events", initialize());
  expect_status(200, owner.del("/v1/events/" + id));
  expect_status(201, initialize());
}

TEST(ManyEvents, ThatAreOverDoNotCount) {
  have(20, "-1 hour");
  expect_status(201, initialize());
}

TEST(ManyEvents, StillAnswerTheSameToTheKeyOfAnEarlierOne) {
  const auto body = event_body();
  const auto key = fresh_uuid();
  const auto first = initialize(body, key);
  expect_status(201, first);
  const auto again = initialize(body, key);
  expect_text(first.body, again.body);
  expect_text("true", again.header("idempotent-replayed"));
  expect_problem(422, "idempotency_key_reused", initialize(event_body(), key));
}

TEST(ManyEvents, LeaveTheKeyOfARefusedOneFree) {
  const auto id = create_event(owner);
  const auto body = event_body();
  const auto key = fresh_uuid();
  expect_problem(409, "too_many_events", initialize(body, key));
  expect_status(200, owner.del("/v1/events/" + id));
  const auto later = initialize(body, key);
  expect_status(201, later);
  CHECK_FALSE(later.has_header("idempotent-replayed"));
}
