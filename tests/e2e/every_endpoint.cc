// Answers that every endpoint can give, seen at each of them: over the limit, and without the database.
#include <regex>
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/endpoints.h"
#include "support/routes.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

const std::string kHere = "127.0.0.1";  // what a client without a token is counted as

std::string rate_class_of(const Endpoint& endpoint) {
  const bool deletes_account = endpoint.method == "DELETE" && endpoint.path == "/v1/users/me";
  if (endpoint.path.starts_with("/v1/auth/") || deletes_account) return "auth";
  if (endpoint.path == "/v1/users/me/export") return "booking";
  if (endpoint.path.ends_with("/batch")) return "booking";
  if (endpoint.path.find("/checkins") != std::string::npos && endpoint.method != "GET") return "door";
  return endpoint.method == "GET" ? "reads" : "booking";
}

// Bodies that pass validation, so that the endpoint goes on to the database.
std::string good_body(const Endpoint& endpoint) {
  const auto last = endpoint.path.substr(endpoint.path.rfind('/') + 1);
  auto body = event_body();
  body.set("email", fresh_email()).set("password", "secret").set("refresh_token", "none");
  body.set("current_password", "secret").set("new_password", "secret2").set("all", true);
  body.set("token", std::string(65, 'A'));
  body.set("name", "Floor").set("capacity", 2);
  body.set("url", "https://hooks.example/tickets").set("since", time_in(-std::chrono::hours(1)));
  body.set("language", "de").set("audience", "all").set("subject", "News").set("text", "Doors open at seven");
  body.set("hours_before", 24).set("holder_name", "Ann");
  const auto scan = Json::object({{"code", "none"}, {"nonce", fresh_uuid()}, {"scanned_at", time_in({})}});
  body.set("code", "none")
      .set("nonce", fresh_uuid())
      .set("sent_at", time_in({}))
      .set("scans", Json::array().push(scan));
  if (last == "book" || last == "cancel") body.set("event_id", fresh_uuid());
  if (endpoint.path.starts_with("/v1/bookings/")) body.set("quantity", 1);
  return body.dump();
}

}  // namespace

TEST_GROUP(EveryEndpoint) {
  Person person;

  void setup() override { person = make_person(); }
  void teardown() override {
    for (const auto& endpoint : endpoints()) forget_rate(rate_class_of(endpoint), kHere);
    forget_rate("reads", kHere);
    restore_stack();
  }

  Response call(const Endpoint& endpoint) const {
    auto request = endpoint.needs_token ? person.request(endpoint.method, endpoint.path)
                                        : Request{.method = endpoint.method, .path = endpoint.path};
    if (endpoint.body) request.body = good_body(endpoint);
    return send(request);
  }
};

TEST(EveryEndpoint, IsAmongThem) {
  std::set<std::string> listed, routed;
  for (const auto& endpoint : endpoints())
    listed.insert(std::regex_replace(endpoint.method + " " + endpoint.path,
                                     std::regex("/([0-9a-f]{8}-[0-9a-f-]{27}|A{65}|1\\b)"), "/{}"));
  for (const auto& route : routes())
    if (route.find(" /v1/") != std::string::npos || route.find("{}") != std::string::npos) routed.insert(route);
  CHECK(listed == routed);
}

TEST(EveryEndpoint, RefusesWhoIsOverTheLimit) {
  for (const auto& endpoint : endpoints()) {
    if (endpoint.path.starts_with("/unsubscribe/")) continue;  // nginx's limit alone
    spend_rate(rate_class_of(endpoint), endpoint.needs_token ? person.id : kHere);
    expect_problem(429, "rate_limited", call(endpoint));
  }
  spend_rate("reads", kHere);
  expect_problem(429, "rate_limited", send({.path = "/"}));
}

TEST(EveryEndpoint, SaysThatTheDatabaseIsAway) {
  take_down("postgres");
  for (const auto& endpoint : endpoints()) {
    expect_problem(503, "database_unavailable", call(endpoint));
  }
  expect_problem(503, "database_unavailable", send({.path = "/readyz"}));
}

TEST(EveryEndpoint, SaysNothingOfAFaultOfItsOwn) {
  const auto title = fresh_title();
  query("ALTER TABLE events ADD CONSTRAINT unknown_rule CHECK (title <> '" + title + "') NOT VALID");
  const auto reply = person.post("/v1/events/initialize", event_body({.title = title}));
  query("ALTER TABLE events DROP CONSTRAINT unknown_rule");
  expect_problem(500, "internal_error", reply);
  expect(reply.body.find("unknown_rule") == std::string::npos, "no word of the database in " + reply.body);
}

TEST(EveryEndpoint, TellsItsMethodsToAPreflight) {
  for (const auto& resource : resources()) {
    const auto reply = send({.method = "OPTIONS", .path = resource.path});
    expect_status(204, reply);
    for (const auto& method : resource.methods) expect_contains(method, reply.header("allow"));
  }
}
