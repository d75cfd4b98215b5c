#include <algorithm>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/crowd.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(PatchEvent) {
  Person owner;

  void setup() override { owner = make_person(); }
  void teardown() override { resume_workers(); }

  Response patch(const std::string& id, const char* field, const Json& value) const {
    return owner.patch("/v1/events/" + id, Json::object({{field, value}}));
  }

  Response resize(const std::string& id, int tickets) const { return patch(id, "number_of_tickets", tickets); }

  static std::string state_of(const Person& person, const std::string& id) {
    return std::string(booking_of_event(person, id)["state"].text());
  }
};

TEST(PatchEvent, ChangesEveryField) {
  const auto id = create_event(owner);
  const Json body = event_body({.tickets = 9, .max_per_user = 4, .starts_in = std::chrono::hours(50)});
  const auto reply = owner.patch("/v1/events/" + id, body);
  expect_success(200, reply);
  expect_event(reply.data());
  for (const char* field : {"title", "description", "location", "start_date_time", "end_date_time"}) {
    expect_text(body[field].text(), reply.data()[field].text());
  }
  expect_number(9, reply.data()["total_tickets"]);
  expect_number(9, reply.data()["available_tickets"]);
  expect_number(4, reply.data()["max_per_user"]);
}

TEST(PatchEvent, KeepsTheBoundsOfDates) {
  const auto id = create_event(owner);
  expect_bad_fields({"end_date_time"}, patch(id, "end_date_time", time_in(std::chrono::days(368))));
  const Json late = event_body({.starts_in = std::chrono::days(3'654)});
  expect_bad_fields({"start_date_time"},
                    owner.patch("/v1/events/" + id, Json::object({{"start_date_time", late["start_date_time"]},
                                                                  {"end_date_time", late["end_date_time"]}})));
}

// There are events from before there were bounds of dates.
TEST(PatchEvent, LeavesDatesOutOfBoundsAlone) {
  const auto id = create_event(owner);
  query("UPDATE events SET start_date_time = '1970-01-01Z', end_date_time = '9999-12-31Z' WHERE id = $1", id);
  expect_status(200, patch(id, "title", "Songs"));
  expect_status(200, resize(id, 2));
  const Json as_it_is = owner.get("/v1/events/" + id).data();
  const auto same = owner.patch("/v1/events/" + id, Json::object({{"location", "Hall"},
                                                                  {"start_date_time", as_it_is["start_date_time"]},
                                                                  {"end_date_time", as_it_is["end_date_time"]}}));
  expect_status(200, same);
  expect_bad_fields({"end_date_time"}, patch(id, "end_date_time", "9998-12-31T00:00:00Z"));
  expect_status(200, patch(id, "end_date_time", "1970-06-01T00:00:00Z"));
}

TEST(PatchEvent, LeavesOtherFieldsAsTheyWere) {
  const auto id = create_event(owner, {.tickets = 3});
  const Json before = owner.get("/v1/events/" + id).data();
  const Json after = patch(id, "location", "The new hall").data();
  expect_text("The new hall", after["location"].text());
  for (const char* field : {"title", "description", "start_date_time", "end_date_time", "created_at"}) {
    expect_text(before[field].text(), after[field].text());
  }
  expect_number(3, after["total_tickets"]);
}

// Each would be right alone: an hour later, or an hour shorter. Of the two together one is, and the other one is told
// what is wrong with it.
TEST(PatchEvent, AtTheSameTimeAsAnotherIsToldWhatIsWrong) {
  int refused = 0;
  for (int round = 0; round < 20; ++round) {
    const auto id = create_event(owner, {.lasts = std::chrono::hours(2)});
    const Json later = event_body({.starts_in = std::chrono::hours(25), .lasts = std::chrono::minutes(30)});
    std::vector<Response> replies(2);
    in_parallel(2, 2, [&](std::size_t i) {
      replies[i] = i == 0 ? patch(id, "start_date_time", later["end_date_time"])
                          : patch(id, "end_date_time", later["start_date_time"]);
    });
    for (const auto& reply : replies) {
      if (reply.status == 200) continue;
      expect_bad_fields({"end_date_time"}, reply);
      ++refused;
    }
  }
  LONGS_EQUAL(20, refused);
}

TEST(PatchEvent, IsSeenByTheNextRead) {
  const auto id = create_event(owner);
  patch(id, "title", "Other songs");
  expect_text("Other songs", owner.get("/v1/events/" + id).data()["title"].text());
}

TEST(PatchEvent, PromotesInOrderWhenSeatsAreAdded) {
  const auto id = create_event(owner);
  const auto people = people_who_booked(5, id);
  expect_status(200, resize(id, 3));
  for (const std::size_t i : {0U, 1U, 2U}) expect_text("confirmed", state_of(people[i], id));
  expect_number(1, booking_of_event(people[3], id)["position"]);
  expect_number(2, booking_of_event(people[4], id)["position"]);
}

TEST(PatchEvent, TellsThePromoted) {
  const auto title = fresh_title();
  const auto id = create_event(owner, {.title = title});
  const auto people = people_who_booked(3, id);
  resize(id, 2);
  expect_contains(title, notification_of(people[1], "promoted")["message"].text());
  CHECK_TRUE(notification_of(people[2], "promoted").is_null());
}

TEST(PatchEvent, LeavesSeatsOverWhenNobodyWaitsAnyMore) {
  const auto id = create_event(owner);
  people_who_booked(2, id);
  const Json event = resize(id, 5).data();
  expect_number(5, event["total_tickets"]);
  expect_number(3, event["available_tickets"]);
  expect_number(0, event["waiting_list_count"]);
}

TEST(PatchEvent, TakesFreeSeatsAway) {
  const auto id = create_event(owner, {.tickets = 5});
  people_who_booked(2, id);
  const auto reply = resize(id, 2);
  expect_status(200, reply);
  expect_number(0, reply.data()["available_tickets"]);
  expect_text("waitlisted", book_outcome(make_person(), id));
}

TEST(PatchEvent, TakesNoSeatFromAHolder) {
  const auto id = create_event(owner, {.tickets = 3});
  people_who_booked(2, id);
  expect_problem(409, "capacity_below_confirmed", resize(id, 1));
  expect_number(1, status_of(owner, id)["available_tickets"]);
}

TEST(PatchEvent, ChangesNothingWhenTheCapacityIsRefused) {
  const auto id = create_event(owner, {.tickets = 3});
  people_who_booked(2, id);
  const Json body = Json::object({{"number_of_tickets", 1}, {"location", "The new hall"}});
  expect_problem(409, "capacity_below_confirmed", owner.patch("/v1/events/" + id, body));
  expect_text("The old hall", owner.get("/v1/events/" + id).data()["location"].text());
}

TEST(PatchEvent, AnswersARequestWhenTheOutcomeTakesLonger) {
  const auto id = create_event(owner);
  pause_workers();
  const auto reply = resize(id, 2);
  resume_workers();
  await_request(owner, reply);
  expect_number(2, status_of(owner, id)["total_tickets"]);
}

TEST(PatchEvent, WaitsForALaggingWorkerInHalfOfTheThreadsOnly) {
  constexpr std::size_t kThreads = 8;       // the default of TICKETD_THREADS
  constexpr std::chrono::seconds kWait{2};  // that of TICKETD_OUTCOME_WAIT_MS
  const auto id = create_event(owner);
  pause_workers();
  std::vector<Response> replies(2 * kThreads);
  in_parallel(replies.size(), replies.size(), [&](std::size_t i) { replies[i] = resize(id, 2); });
  resume_workers();
  LONGS_EQUAL(replies.size(), accepted_ids(replies).size());
  LONGS_EQUAL(kThreads / 2, std::ranges::count_if(replies, [&](const auto& reply) { return reply.took >= kWait; }));
}

// The endpoint that books remembers an event for seconds: it may remember a yes, and reads a no anew.
TEST(PatchEvent, AnEventThatIsMovedIntoTheFutureTakesBookingsAtOnce) {
  const auto id = create_ended_event(owner, {.tickets = 5});
  expect_problem(409, "event_over", book(owner, id));
  expect_success(200,
                 owner.patch("/v1/events/" + id, Json::object({{"end_date_time", time_in(std::chrono::hours(2))}})));
  expect_success(202, book(owner, id));
}

TEST(PatchEvent, IsForTheOwnerAlone) {
  const auto id = create_event(owner);
  const auto reply = make_person().patch("/v1/events/" + id, Json::object({{"title", "Mine"}}));
  expect_problem(403, "not_event_owner", reply);
}

TEST(PatchEvent, RefusesADeletedEvent) {
  const auto id = create_event(owner);
  owner.del("/v1/events/" + id);
  expect_problem(409, "event_cancelled", patch(id, "title", "Again"));
  expect_problem(409, "event_cancelled", resize(id, 2));
}

TEST(PatchEvent, NamesEveryBadField) {
  const auto id = create_event(owner);
  const Json body = Json::object({{"title", ""},
                                  {"location", 5},
                                  {"description", 6},
                                  {"start_date_time", "x"},
                                  {"end_date_time", "y"},
                                  {"number_of_tickets", 0},
                                  {"max_per_user", 101}});
  expect_bad_fields(
      {"title", "location", "description", "start_date_time", "end_date_time", "number_of_tickets", "max_per_user"},
      owner.patch("/v1/events/" + id, body));
}

TEST(PatchEvent, MustStillEndAfterItsStart) {
  const auto id = create_event(owner, {.starts_in = std::chrono::hours(24)});
  expect_bad_fields({"end_date_time"}, patch(id, "end_date_time", time_in(std::chrono::hours(23))));
}

TEST(PatchEvent, RefusesAnUnknownId) { expect_problem(404, "event_not_found", patch(fresh_uuid(), "title", "Songs")); }

TEST(PatchEvent, RefusesWhatIsNoId) { expect_problem(400, "invalid_id", patch("seven", "title", "Songs")); }

TEST_GROUP(IfMatch) {
  Person owner = make_person();
  std::string id = create_event(owner);

  std::string tag() const { return owner.get("/v1/events/" + id).header("etag"); }
  Response patch(const std::string& if_match, const Json& body = Json::object({{"title", "Other songs"}})) const {
    return send(owner.request("PATCH", "/v1/events/" + id, body, {"If-Match: " + if_match}));
  }
  Response remove(const std::string& if_match) const {
    return owner.del("/v1/events/" + id, {}, {"If-Match: " + if_match});
  }
};

TEST(IfMatch, LetsAChangeThroughThatKnowsTheEvent) {
  const auto reply = patch(tag());
  expect_status(200, reply);
  expect_text(tag(), reply.header("etag"));
  expect_status(200, patch(reply.header("etag"), Json::object({{"number_of_tickets", 3}})));
  expect_status(200, patch("\"other\", " + tag(), Json::object({{"title", "Songs"}})));
  expect_status(200, patch("*"));
}

TEST(IfMatch, RefusesAChangeOfWhatSomebodyElseChanged) {
  const auto seen = tag();
  expect_status(200, patch(seen));
  expect_problem(412, "precondition_failed", patch(seen, Json::object({{"location", "Elsewhere"}})));
  expect_problem(412, "precondition_failed", patch(seen, Json::object({{"number_of_tickets", 9}})));
  expect_text("The old hall", owner.get("/v1/events/" + id).data()["location"].text());
}

TEST(IfMatch, RefusesAChangeOfWhatWasBookedSince) {
  const auto seen = tag();
  book_outcome(make_person(), id);
  expect_problem(412, "precondition_failed", patch(seen));
}

TEST(IfMatch, LetsOneOfManyAtOnceThrough) {
  const auto seen = tag();
  std::vector<Request> requests;
  for (int i = 0; i < 12; ++i) {
    const Json body = Json::object({{"title", "Songs " + std::to_string(i)}});
    requests.push_back(owner.request("PATCH", "/v1/events/" + id, body, {"If-Match: " + seen}));
  }
  int changed = 0;
  for (const auto& reply : send_at_once(requests)) changed += reply.status == 200 ? 1 : 0;
  LONGS_EQUAL(1, changed);
}

TEST(IfMatch, HoldsForADeletion) {
  const auto seen = tag();
  patch("*");
  expect_problem(412, "precondition_failed", remove(seen));
  expect_text("open", status_of(owner, id)["state"].text());
  const auto now = tag();
  expect_status(200, remove(now));
  expect_status(200, remove(now));  // what is done already needs no condition
}

TEST(IfMatch, IsNotLookedAtBeforeWhoAsks) {
  const auto other = make_person();
  expect_problem(403, "not_event_owner", other.del("/v1/events/" + id, {}, {"If-Match: \"other\""}));
}
