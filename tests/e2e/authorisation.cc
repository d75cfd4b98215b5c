// Who may do what: each endpoint, called by ten kinds of caller. An endpoint of nginx/routes.conf without a row fails.
#include <array>
#include <cstdio>
#include <functional>
#include <map>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/routes.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

// The owner comes last: what he may do, only he may undo.
constexpr std::array kCallers = {"nobody", "expired",  "forged",  "none",  "HS512",
                                 "key",    "audience", "deleted", "other", "owner"};
using Statuses = std::array<int, kCallers.size()>;

constexpr Statuses everybody(int status) {
  Statuses all{};
  all.fill(status);
  return all;
}
// A valid token is needed; then it depends on whose things these are.
constexpr Statuses signed_in(int other, int owner) {
  auto all = everybody(401);
  all[8] = other;
  all[9] = owner;
  return all;
}

// What the owner has, for the others to try their hands on.
struct Things {
  Person owner;
  std::string event, booking, request, notification;
};

struct Row {
  Statuses expected;
  std::function<std::string(const Things&)> path = nullptr;  // of an id; null: the route is the path
  std::function<Json(const Things&)> body = nullptr;
};

const auto kEvent = [](const Things& its) { return its.event; };
const auto kBooking = [](const Things& its) { return its.booking; };
const auto kRequest = [](const Things& its) { return its.request; };

const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> all = {
      {"POST /v1/auth/register",
       {everybody(201), nullptr,
        [](const Things&) {
          return Json::object({{"email", fresh_email()}, {"password", "correct horse"}});
        }}},
      {"POST /v1/auth/login",
       {everybody(200), nullptr,
        [](const Things& its) {
          return Json::object({{"email", its.owner.email}, {"password", its.owner.password}});
        }}},
      {"POST /v1/auth/refresh-tokens",
       {everybody(200), nullptr,
        [](const Things&) {
          return Json::object({{"refresh_token", register_person().refresh_token}});
        }}},
      {"POST /v1/auth/logout",
       {everybody(200), nullptr,
        [](const Things&) {
          return Json::object({{"refresh_token", register_person().refresh_token}});
        }}},
      {"PUT /v1/auth/update-password",
       {signed_in(200, 200), nullptr,
        [](const Things& its) {
          return Json::object({{"current_password", its.owner.password}, {"new_password", "a better password"}});
        }}},
      {"GET /v1/users/me", {signed_in(200, 200)}},
      {"POST /v1/events/initialize", {signed_in(201, 201), nullptr, [](const Things&) { return event_body(); }}},
      {"POST /v1/events/book",
       {signed_in(202, 202), nullptr,
        [](const Things& its) {
          return Json::object({{"event_id", its.event}});
        }}},
      {"DELETE /v1/events/booking/cancel",
       {signed_in(404, 202), nullptr,
        [](const Things& its) {
          return Json::object({{"booking_id", its.booking}});
        }}},
      {"GET /v1/events/discover", {signed_in(200, 200)}},
      {"GET /v1/events/my-events", {signed_in(200, 200)}},
      {"GET /v1/events/me", {signed_in(200, 200)}},
      {"GET /v1/events/status/{}", {signed_in(200, 200), kEvent}},
      {"GET /v1/events/{}", {signed_in(200, 200), kEvent}},
      {"PATCH /v1/events/{}",
       {signed_in(403, 200), kEvent,
        [](const Things&) {
          return Json::object({{"title", "Another title"}});
        }}},
      {"DELETE /v1/events/{}", {signed_in(403, 200), kEvent}},
      {"GET /v1/requests/{}", {signed_in(404, 200), kRequest}},
      {"GET /v1/bookings", {signed_in(200, 200)}},
      {"GET /v1/bookings/{}", {signed_in(404, 200), kBooking}},
      {"DELETE /v1/bookings/{}", {signed_in(404, 202), kBooking}},
      {"GET /v1/notifications", {signed_in(200, 200)}},
      {"POST /v1/notifications/read",
       {signed_in(200, 200), nullptr,
        [](const Things& its) {
          return Json::object({{"ids", Json::array().push(its.notification)}});
        }}},
      {"GET /", {everybody(200)}},
      {"GET /livez", {everybody(200)}},
      {"GET /readyz", {everybody(200)}},
      {"GET /metrics", {everybody(200)}},
  };
  return all;
}

Things things_of(const Person& owner) {
  Things its{
      .owner = owner, .event = create_event(owner, {.tickets = 5}), .booking = {}, .request = {}, .notification = {}};
  const auto accepted = book(owner, its.event);
  its.request = accepted.data()["request"]["id"].text();
  its.notification = accepted.data()["notification"]["id"].text();
  await_request(owner, accepted);
  its.booking = booking_of_event(owner, its.event)["id"].text();
  return its;
}

// The access tokens of the callers, in their order.
std::array<std::string, kCallers.size()> tokens_of(const Person& owner, const Person& other, const Person& gone) {
  const auto& key = signing_keys().front();
  auto forged = owner.access_token;
  forged[forged.rfind('.') + 1] = forged[forged.rfind('.') + 1] == 'A' ? 'B' : 'A';
  return {"",
          sign(claims_of(owner.id, 7200)),
          forged,
          sign(claims_of(owner.id), key, JWT_ALG_NONE),
          sign(claims_of(owner.id), key, JWT_ALG_HS512),
          sign(claims_of(owner.id), {.kid = key.kid, .secret = std::string(32, 'k')}),
          sign(claims_of(owner.id).set("aud", "somebody-else")),
          gone.access_token,
          other.access_token,
          owner.access_token};
}

std::string with_id(const std::string& path, const std::string& id) {
  const auto at = path.find("{}");
  return at == std::string::npos ? path : path.substr(0, at) + id;
}

// One row of the table: the ten statuses. `mine` is made anew for each row, because owners destroy.
Statuses statuses_of(const std::string& route, const Row& row, const Person& gone) {
  const auto people = make_people(2);
  const auto its = things_of(people[0]);
  const auto tokens = tokens_of(people[0], people[1], gone);
  Statuses statuses{};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const auto space = route.find(' ');
    Request request{.method = route.substr(0, space),
                    .path = with_id(route.substr(space + 1), row.path ? row.path(its) : "")};
    if (!tokens[i].empty()) request.headers.push_back("Authorization: Bearer " + tokens[i]);
    if (row.body) request.body = row.body(its).dump();
    statuses[i] = send(request).status;
  }
  return statuses;
}

Person deleted_person() {
  auto person = make_person();
  query("DELETE FROM users WHERE id = $1::uuid", person.id);
  outdate_token_list();
  return person;
}

Response change_password(const Person& person) {
  return person.put("/v1/auth/update-password",
                    Json::object({{"current_password", person.password}, {"new_password", "a better password"}}));
}

}  // namespace

TEST_GROUP(Authorisation){void teardown() override{restore_stack();
}
}
;

TEST(Authorisation, IsAsTheTableSaysForEveryEndpointAndCaller) {
  const auto gone = deleted_person();
  std::string wrong, table = "\n\t";
  table.append(34, ' ');
  for (const char* caller : kCallers) table += std::string(10 - std::string_view(caller).size(), ' ') + caller;
  for (const auto& route : routes()) {
    const auto row = rows().find(route);
    if (row == rows().end()) {
      wrong += "\n\t" + route + " has no row";
      continue;
    }
    const auto actual = statuses_of(route, row->second, gone);
    table += "\n\t" + route + std::string(34 - route.size(), ' ');
    for (std::size_t i = 0; i < actual.size(); ++i) {
      const bool right = actual[i] == row->second.expected[i];
      table += (right ? "       " : "      !") + std::to_string(actual[i]);
      if (!right)
        wrong += "\n\t" + route + " by " + kCallers[i] + ": expected " + std::to_string(row->second.expected[i]);
    }
  }
  std::printf("%s\n", table.c_str());
  expect_text("", wrong);
  LONGS_EQUAL(0, count("SELECT count(*) FROM commands WHERE user_id = $1::uuid", gone.id));
}

TEST(Authorisation, HasNoRowForAnEndpointThatIsGone) { LONGS_EQUAL(rows().size(), routes().size()); }

TEST(Authorisation, MarksNoNotificationOfSomebodyElse) {
  const auto its = things_of(make_person());
  const auto reply =
      make_person().post("/v1/notifications/read", Json::object({{"ids", Json::array().push(its.notification)}}));
  expect_number(0, reply.data()["updated"]);
}

TEST(Authorisation, EndsWithTheAccountEvenWhileTheCacheIsAway) {
  const auto gone = deleted_person();
  take_down("redis-cache");
  for (const char* path : {"/v1/users/me", "/v1/events/discover", "/v1/bookings"})
    expect_problem(401, "token_invalid", gone.get(path));
  expect_problem(401, "token_invalid", book(gone, create_event(make_person())));
  expect_problem(401, "token_invalid", gone.post("/v1/events/initialize", event_body()));
}

TEST(Authorisation, EndsWithTheSessionsOfAnAnonymisedAccount) {
  const auto gone = make_person();
  query(
      "UPDATE users SET email = $2, password_hash = '!', tokens_valid_after = now() + interval '1 ms' WHERE id = "
      "$1::uuid",
      gone.id, fresh_email());
  forget_token_list();
  expect_problem(401, "token_invalid", gone.get("/v1/users/me"));
  expect_problem(401, "token_invalid", change_password(gone));
}

// A time that is none must not keep the list from loading, and so everybody out.
TEST(Authorisation, SurvivesATimeWithoutEnd) {
  const auto gone = make_person();
  query("UPDATE users SET tokens_valid_after = 'infinity' WHERE id = $1::uuid", gone.id);
  outdate_token_list();
  expect_problem(401, "token_invalid", gone.get("/v1/users/me"));
  expect_status(200, make_person().get("/v1/users/me"));
  query("UPDATE users SET tokens_valid_after = now() WHERE id = $1::uuid", gone.id);
}

TEST(Authorisation, IsNotToBeHadByAskingForIt) {
  const auto reply = post_as_nobody(
      "/v1/auth/register",
      Json::object(
          {{"email", fresh_email()}, {"password", "correct horse"}, {"role", "admin"}, {"id", make_person().id}}));
  expect_status(201, reply);
  expect_text("USER", reply.data()["user"]["role"].text());
}
