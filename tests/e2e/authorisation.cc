// Who may do what: each endpoint, called by twelve kinds of caller. One of nginx/routes.conf without a row fails.
#include <array>
#include <cstdio>
#include <functional>
#include <map>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/mailed_links.h"
#include "support/routes.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"
#include "support/token_forge.h"
#include "support/webhook_steps.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

// The last three come to things of their own: what they may do, only they may undo.
constexpr std::array kCallers = {"nobody",   "expired", "forged", "none",  "HS512", "key",
                                 "audience", "deleted", "other",  "owner", "admin", "was admin"};
constexpr std::size_t kRouteWidth = 46;  // the longest has 44
constexpr std::size_t kNobody = 0, kOther = 8, kOwner = 9, kAdmin = 10, kWasAdmin = 11;
using Statuses = std::array<int, kCallers.size()>;

constexpr Statuses everybody(int status) {
  Statuses all{};
  all.fill(status);
  return all;
}
// A valid token is needed; then it depends on whose things these are. An admin may what their owner may.
constexpr Statuses signed_in(int other, int owner) {
  auto all = everybody(401);
  all[kOther] = all[kWasAdmin] = other;
  all[kOwner] = all[kAdmin] = owner;
  return all;
}

// The same, but an admin may no more than anybody else.
constexpr Statuses owner_alone(int owner) {
  auto all = signed_in(404, owner);
  all[kAdmin] = 404;
  return all;
}

// As signed_in(), but nobody may, too. A token that is no good is no better for that.
constexpr Statuses with_or_without_token(int status) {
  auto all = signed_in(status, status);
  all[kNobody] = status;
  return all;
}

// What the owner has, for the others to try their hands on.
struct Things {
  Person owner;
  std::string event, booking, request, notification;
};

struct Row {
  Statuses expected;
  // What stands from the first {} of the route to its last one; null: the route is the path.
  std::function<std::string(const Things&)> path = nullptr;
  std::function<Json(const Things&)> body = nullptr;
};

const auto kEvent = [](const Things& its) { return its.event; };
const auto kBooking = [](const Things& its) { return its.booking; };
const auto kBookingOfEvent = [](const Things& its) { return its.event + "/bookings/" + its.booking; };
// Of an event that was made without: those with its own id.
const auto kPoolOfEvent = [](const Things& its) { return its.event + "/pools/" + its.event; };
const auto kTypeOfEvent = [](const Things& its) { return its.event + "/ticket-types/" + its.event; };
const auto kTicket = [](const Things& its) { return its.booking + "/tickets/1"; };
const auto kScan = [](const Things&) { return Json::object({{"code", "none"}, {"nonce", fresh_uuid()}}); };
// Of a code that is none; ten callers come to the same owner, and twenty of them would have to wait.
const auto kCheckin = [](const Things& its) {
  const auto scanned = its.owner.post("/v1/events/" + its.event + "/checkins", kScan(its));
  return its.event + "/checkins/" + std::string(scanned.data()["id"].text());
};
const auto kRequest = [](const Things& its) { return its.request; };
// Another one for each caller; ten of them come to the same owner, who may have no more.
const auto kWebhook = [](const Things& its) { return std::string(must_add_webhook(its.owner)["id"].text()); };
const auto kDeliveryOfWebhook = [](const Things& its) {
  const Json webhook = must_add_webhook(its.owner);
  return std::string(webhook["id"].text()) + "/deliveries/" + write_delivery(webhook, "failed");
};

const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> all = {
      {"POST /v1/auth/register",
       {everybody(201), nullptr,
        [](const Things&) { return Json::object({{"email", fresh_email()}, {"password", "correct horse"}}); }}},
      {"POST /v1/auth/login",
       {everybody(200), nullptr,
        [](const Things& its) {
          return Json::object({{"email", its.owner.email}, {"password", its.owner.password}});
        }}},
      {"POST /v1/auth/refresh-tokens",
       {everybody(200), nullptr,
        [](const Things&) { return Json::object({{"refresh_token", register_person().refresh_token}}); }}},
      {"POST /v1/auth/logout",
       {everybody(200), nullptr,
        [](const Things&) { return Json::object({{"refresh_token", register_person().refresh_token}}); }}},
      {"PUT /v1/auth/update-password",
       {signed_in(200, 200), nullptr,
        [](const Things& its) {
          return Json::object({{"current_password", its.owner.password}, {"new_password", "a better password"}});
        }}},
      {"POST /v1/auth/forgot-password",
       {everybody(202), nullptr, [](const Things&) { return Json::object({{"email", fresh_email()}}); }}},
      {"POST /v1/auth/reset-password",
       {everybody(200), nullptr,
        [](const Things&) {
          const auto email = make_person().email;
          send({.method = "POST",
                .path = "/v1/auth/forgot-password",
                .body = Json::object({{"email", email}}).dump(),
                .from = fresh_address()});
          return Json::object({{"token", mailed_link("reset_password", email)}, {"new_password", "a better password"}});
        }}},
      {"POST /v1/auth/verify-email",
       {everybody(200), nullptr,
        [](const Things&) {
          return Json::object({{"token", mailed_link("verify_email", register_person(fresh_address()).email)}});
        }}},
      {"POST /v1/auth/verify-email/send", {signed_in(202, 202)}},
      {"POST /v1/auth/change-email",
       {signed_in(202, 202), nullptr,
        [](const Things& its) { return Json::object({{"email", fresh_email()}, {"password", its.owner.password}}); }}},
      {"GET /v1/users/me", {signed_in(200, 200)}},
      {"DELETE /v1/users/me",
       {signed_in(200, 200), nullptr,
        [](const Things& its) { return Json::object({{"password", its.owner.password}, {"cancel_events", true}}); }}},
      {"GET /v1/users/me/export", {signed_in(200, 200)}},
      {"GET /v1/users/me/settings", {signed_in(200, 200)}},
      {"PATCH /v1/users/me/settings",
       {signed_in(200, 200), nullptr, [](const Things&) { return Json::object({{"language", "de"}}); }}},
      {"GET /v1/users/me/calendar", {signed_in(200, 200)}},
      {"POST /v1/users/me/calendar/rotate", {signed_in(200, 200)}},
      {"GET /v1/calendars/{}.ics",
       {everybody(200),
        [](const Things& its) {
          return query("UPDATE users SET calendar_id = gen_random_uuid() WHERE id = $1::uuid RETURNING calendar_id",
                       its.owner.id)[0][0]
              .as<std::string>();
        }}},
      {"POST /v1/events/initialize", {signed_in(201, 201), nullptr, [](const Things&) { return event_body(); }}},
      {"POST /v1/events/book",
       {signed_in(202, 202), nullptr, [](const Things& its) { return Json::object({{"event_id", its.event}}); }}},
      {"DELETE /v1/events/booking/cancel",
       {signed_in(404, 202), nullptr, [](const Things& its) { return Json::object({{"booking_id", its.booking}}); }}},
      {"GET /v1/events/discover", {with_or_without_token(200)}},
      {"GET /v1/events/my-events", {signed_in(200, 200)}},
      {"GET /v1/events/me", {signed_in(200, 200)}},
      {"GET /v1/events/status/{}", {with_or_without_token(200), kEvent}},
      {"GET /v1/events/{}", {with_or_without_token(200), kEvent}},
      {"PATCH /v1/events/{}",
       {signed_in(403, 200), kEvent, [](const Things&) { return Json::object({{"title", "Another title"}}); }}},
      {"DELETE /v1/events/{}", {signed_in(403, 200), kEvent}},
      {"GET /v1/requests/{}", {signed_in(404, 200), kRequest}},
      {"GET /v1/bookings", {signed_in(200, 200)}},
      {"GET /v1/bookings/{}", {signed_in(404, 200), kBooking}},
      {"GET /v1/bookings/{}/event.ics", {signed_in(404, 200), kBooking}},
      {"PATCH /v1/bookings/{}",
       {signed_in(404, 409), kBooking, [](const Things&) { return Json::object({{"accept_fewer", true}}); }}},
      {"DELETE /v1/bookings/{}", {signed_in(404, 202), kBooking}},
      {"POST /v1/bookings/{}/cancel",
       {signed_in(404, 202), kBooking, [](const Things&) { return Json::object({{"quantity", 1}}); }}},
      {"POST /v1/bookings/{}/confirm", {signed_in(404, 409), kBooking, [](const Things&) { return Json::object(); }}},
      {"POST /v1/events/{}/bookings/{}/confirm",
       {signed_in(403, 202), kBookingOfEvent,
        [](const Things& its) {
          query("UPDATE events SET edition = 3, confirmed_by = 'organiser' WHERE id = $1::uuid", its.event);
          query("UPDATE bookings SET held_until = now() + interval '1 hour' WHERE id = $1::uuid", its.booking);
          return Json::object();
        }}},
      {"POST /v1/events/{}/pools",
       {signed_in(403, 201), kEvent,
        [](const Things&) { return Json::object({{"name", "Balcony"}, {"capacity", 2}}); }}},
      {"PATCH /v1/events/{}/pools/{}",
       {signed_in(403, 200), kPoolOfEvent, [](const Things&) { return Json::object({{"held_back", 1}}); }}},
      {"POST /v1/events/{}/ticket-types",
       {signed_in(403, 201), kEvent, [](const Things&) { return Json::object({{"name", "Member"}}); }}},
      {"PATCH /v1/events/{}/ticket-types/{}",
       {signed_in(403, 200), kTypeOfEvent, [](const Things&) { return Json::object({{"limit", 3}}); }}},
      {"DELETE /v1/events/{}/ticket-types/{}", {signed_in(403, 200), kTypeOfEvent}},
      {"GET /v1/events/{}/messages", {signed_in(403, 200), kEvent}},
      {"POST /v1/events/{}/messages",
       {signed_in(403, 202), kEvent,
        [](const Things&) {
          return Json::object({{"audience", "all"}, {"subject", "News"}, {"text", "Doors open at seven"}});
        }}},
      {"PUT /v1/events/{}/reminder",
       {signed_in(403, 200), kEvent, [](const Things&) { return Json::object({{"hours_before", 3}}); }}},
      {"GET /v1/events/{}/checkins", {signed_in(403, 200), kEvent}},
      {"POST /v1/events/{}/checkins", {signed_in(403, 200), kEvent, kScan}},
      {"POST /v1/events/{}/checkins/batch",
       {signed_in(403, 200), kEvent,
        [](const Things& its) {
          const auto late = kScan(its).set("scanned_at", time_in({}));
          return Json::object({{"sent_at", time_in({})}, {"scans", Json::array().push(late)}});
        }}},
      {"DELETE /v1/events/{}/checkins/{}", {signed_in(403, 200), kCheckin}},
      {"PATCH /v1/events/{}/door", {signed_in(403, 200), kEvent, [](const Things&) { return Json::object(); }}},
      {"GET /v1/bookings/{}/tickets", {signed_in(404, 200), kBooking}},
      {"GET /v1/bookings/{}/tickets.pdf", {signed_in(404, 200), kBooking}},
      {"GET /v1/bookings/{}/tickets/{}.svg", {signed_in(404, 200), kTicket}},
      {"PATCH /v1/bookings/{}/tickets/{}",
       {signed_in(404, 200), kTicket, [](const Things&) { return Json::object({{"holder_name", "Ann"}}); }}},
      {"POST /v1/bookings/{}/tickets/{}/reissue", {signed_in(404, 200), kTicket}},
      {"GET /v1/notifications", {signed_in(200, 200)}},
      {"POST /v1/notifications/read",
       {signed_in(200, 200), nullptr,
        [](const Things& its) { return Json::object({{"ids", Json::array().push(its.notification)}}); }}},
      {"GET /v1/webhooks", {signed_in(200, 200)}},
      {"POST /v1/webhooks",
       {signed_in(201, 201), nullptr, [](const Things&) { return Json::object({{"url", "http://127.0.0.1:9999"}}); }}},
      {"GET /v1/webhooks/{}", {owner_alone(200), kWebhook}},
      {"PATCH /v1/webhooks/{}",
       {owner_alone(200), kWebhook, [](const Things&) { return Json::object({{"enabled", true}}); }}},
      {"DELETE /v1/webhooks/{}", {owner_alone(200), kWebhook}},
      {"POST /v1/webhooks/{}/test", {owner_alone(202), kWebhook}},
      {"POST /v1/webhooks/{}/rotate", {owner_alone(200), kWebhook}},
      {"POST /v1/webhooks/{}/recover",
       {owner_alone(202), kWebhook, [](const Things&) { return Json::object({{"since", time_in({})}}); }}},
      {"GET /v1/webhooks/{}/deliveries", {owner_alone(200), kWebhook}},
      {"POST /v1/webhooks/{}/deliveries/{}/redeliver", {owner_alone(202), kDeliveryOfWebhook}},
      {"POST /unsubscribe/{}",
       {everybody(200), [](const Things& its) { return unsubscribe_link("reminder", its.owner.id); }}},
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
std::array<std::string, kCallers.size()> tokens_of(const std::vector<Person>& people, const Person& gone) {
  const auto &owner = people[0], &other = people[1], &admin = people[2], &was_admin = people[3];
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
          owner.access_token,
          admin.access_token,
          was_admin.access_token};
}

std::string with_id(const std::string& path, const std::string& id) {
  const auto first = path.find("{}");
  return first == std::string::npos ? path : path.substr(0, first) + id + path.substr(path.rfind("{}") + 2);
}

void set_role(const Person& person, const char* role) {
  query("UPDATE users SET role = $2 WHERE id = $1::uuid", person.id, role);
}

// One row of the table: the twelve statuses. The things are made anew for each row, because owners destroy.
Statuses statuses_of(const std::string& route, const Row& row, const Person& gone) {
  const auto people = make_people(4);
  const auto tokens = tokens_of(people, gone);
  set_role(people[2], "admin");
  set_role(people[3], "admin");
  set_role(people[3], "user");
  auto its = things_of(people[0]);
  Statuses statuses{};
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (i > kOwner) its = things_of(make_person());
    const auto space = route.find(' ');
    Request request{.method = route.substr(0, space),
                    .path = with_id(route.substr(space + 1), row.path ? row.path(its) : ""),
                    .from = fresh_address()};
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

}  // namespace

TEST_GROUP(Authorisation){void teardown() override{restore_stack();
}
}
;

TEST(Authorisation, IsAsTheTableSaysForEveryEndpointAndCaller) {
  const MailIsOn mail;
  const WebhooksAreOn webhooks;
  const auto gone = deleted_person();
  std::string wrong, table = "\n\t";
  table.append(kRouteWidth, ' ');
  for (const char* caller : kCallers) table += std::string(10 - std::string_view(caller).size(), ' ') + caller;
  for (const auto& route : routes()) {
    const auto row = rows().find(route);
    if (row == rows().end()) {
      wrong += "\n\t" + route + " has no row";
      continue;
    }
    const auto actual = statuses_of(route, row->second, gone);
    table += "\n\t" + route + std::string(kRouteWidth - route.size(), ' ');
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

// What has no id of its own is a person's: named by ?user_id=, which nobody else is helped by.
TEST(Authorisation, OfAnAdminIsThatOfThePersonNamed) {
  const auto its = things_of(make_person());
  const auto admin = make_person(), other = make_person();
  set_role(admin, "admin");
  const auto as_owner = [&](const Person& who, const std::string& path) {
    return who.get(path + (path.find('?') == std::string::npos ? "?" : "&") + "user_id=" + its.owner.id).data();
  };
  expect_text(its.owner.id, as_owner(admin, "/v1/users/me")["id"].text());
  expect_text(other.id, as_owner(other, "/v1/users/me")["id"].text());
  expect_text(its.booking, as_owner(admin, "/v1/bookings")["data"].at(0)["id"].text());
  CHECK_TRUE(as_owner(other, "/v1/bookings")["data"].size() == 0);
  expect_text(its.event, as_owner(admin, "/v1/events/my-events").at(0)["id"].text());
  expect_number(1, as_owner(admin, "/v1/events/status/" + its.event)["my"]["confirmed"]);
  expect_number(0, as_owner(other, "/v1/events/status/" + its.event)["my"]["confirmed"]);
}

// Also while it is queued.
TEST(Authorisation, OfAnAdminReachesTheRequestThatItMade) {
  const auto its = things_of(make_person());
  const auto admin = make_person();
  set_role(admin, "admin");
  pause_workers();
  const auto reply = admin.del("/v1/bookings/" + its.booking);
  const auto queued = admin.get(reply.header("location"));
  resume_workers();
  expect_text("queued", queued.data()["state"].text());
  CHECK_TRUE(await([&] { return admin.get(reply.header("location")).data()["outcome"].text() == "cancelled"; }));
  expect_text("cancelled", booking_of_event(its.owner, its.event)["state"].text());
}

// Without a new token: the role is PostgreSQL's.
TEST(Authorisation, OfAnAdminEndsWithTheRole) {
  const auto its = things_of(make_person());
  const auto admin = make_person();
  const auto look = [&] { return admin.get("/v1/bookings/" + its.booking).status; };
  LONGS_EQUAL(404, look());
  set_role(admin, "admin");
  LONGS_EQUAL(200, look());
  set_role(admin, "user");
  LONGS_EQUAL(404, look());
}

TEST(Authorisation, HasNoRowForAnEndpointThatIsGone) { LONGS_EQUAL(rows().size(), routes().size()); }

TEST(Authorisation, MarksNoNotificationOfSomebodyElse) {
  const auto its = things_of(make_person());
  const auto reply =
      make_person().post("/v1/notifications/read", Json::object({{"ids", Json::array().push(its.notification)}}));
  expect_number(0, reply.data()["updated"]);
}
