// What a browser lets a page of another origin do. The test run allows https://app.example.
#include "support/checks.h"
#include "support/person.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;

namespace {

const std::string kAllowed = "https://app.example";
constexpr const char* kGrants[] = {"access-control-allow-methods", "access-control-allow-headers",
                                   "access-control-max-age"};

Response from_origin(const std::string& origin, const std::string& path = "/v1/users/me") {
  return send({.path = path, .headers = {"Origin: " + origin}});
}

Response preflight(const std::string& origin, const std::string& path, const std::string& method) {
  return send({.method = "OPTIONS",
               .path = path,
               .headers = {"Origin: " + origin, "Access-Control-Request-Method: " + method,
                           "Access-Control-Request-Headers: authorization, content-type"}});
}

}  // namespace

TEST_GROUP(Cors){};

TEST(Cors, LetsTheAllowedOriginReadAnswersAndErrors) {
  for (const char* path : {"/livez", "/v1/users/me", "/nothing"}) {
    const auto reply = from_origin(kAllowed, path);
    expect_text(kAllowed, reply.header("access-control-allow-origin"));
    expect_contains("RateLimit", reply.header("access-control-expose-headers"));
  }
}

TEST(Cors, LetsNoOtherOriginReadAnything) {
  for (const char* origin : {"https://evil.example", "http://app.example", "https://app.example:8443",
                             "https://app.example.evil.example", "https://evilapp.example", "https://app.exampl",
                             "null", "https://app.example/", "https://app.example, https://evil.example", "*"}) {
    for (const auto& reply : {from_origin(origin), preflight(origin, "/v1/events/book", "POST")}) {
      CHECK_FALSE(reply.has_header("access-control-allow-origin"));
      CHECK_FALSE(reply.has_header("access-control-expose-headers"));
      for (const char* grant : kGrants) CHECK_FALSE(reply.has_header(grant));
    }
  }
}

TEST(Cors, NeverAllowsCredentials) {
  for (const auto& reply : {from_origin(kAllowed), preflight(kAllowed, "/v1/events/book", "POST")})
    CHECK_FALSE(reply.has_header("access-control-allow-credentials"));
}

TEST(Cors, TellsCachesThatTheAnswerDependsOnTheOrigin) {
  for (const char* path : {"/livez", "/v1/users/me", "/nothing"}) {
    expect_contains("Origin", from_origin("https://evil.example", path).header("vary"));
    expect_contains("Origin", send({.path = path}).header("vary"));
  }
}

TEST(Cors, AnswersAPreflightWithoutAToken) {
  const auto reply = preflight(kAllowed, "/v1/events/book", "POST");
  expect_status(204, reply);
  expect_text("", reply.body);
  expect_contains("POST", reply.header("access-control-allow-methods"));
  expect_contains("Idempotency-Key", reply.header("access-control-allow-headers"));
  expect_contains("Authorization", reply.header("access-control-allow-headers"));
  CHECK_TRUE(std::atoi(reply.header("access-control-max-age").c_str()) > 0);
}

TEST(Cors, GrantsThePathsOwnMethodsAlone) {
  expect_text("GET, HEAD, OPTIONS",
              preflight(kAllowed, "/v1/notifications", "DELETE").header("access-control-allow-methods"));
  expect_status(404, preflight(kAllowed, "/nothing", "GET"));
}

TEST(Cors, SaysNothingToClientsThatAreNoBrowsers) {
  CHECK_FALSE(send({.path = "/livez"}).has_header("access-control-allow-origin"));
}
