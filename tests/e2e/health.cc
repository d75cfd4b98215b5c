#include "support/checks.h"
#include "support/http_client.h"
#include "support/stack.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;

TEST_GROUP(Health){};

TEST(Health, RootTellsNameAndVersion) {
  const auto reply = send({.path = "/"});
  expect_status(200, reply);
  expect_contains("application/json", reply.header("content-type"));
  expect_contains("ticketd", reply.body);
  expect_contains("version", reply.body);
}

TEST(Health, IsAlive) { expect_status(200, send({.path = "/livez"})); }

TEST(Health, IsReady) { expect_status(200, send({.path = "/readyz"})); }

// Stores that answer, and refuse what a booking needs.
TEST_GROUP(Readiness){void teardown() override{query("GRANT SELECT ON events TO ticketd_api");
restore_rights();
restore_stack();
}
}
;

TEST(Readiness, NeedsAQueueThatTakesCommands) {
  for (const auto* rule : {"clearselectors", "-mget", "resetkeys"}) {
    change_rights("QUEUE_REDIS_URL", rule);
    expect_problem(503, "queue_unavailable", send({.path = "/readyz"}));
    restore_rights();
    await_readyz();  // the Redis ends the connections of before, at once or a moment later
  }
}

TEST(Readiness, NeedsTheTablesOfTheDatabase) {
  query("REVOKE SELECT ON events FROM ticketd_api");
  expect_problem(503, "database_unavailable", send({.path = "/readyz"}));
}

TEST(Readiness, SaysThatTheCacheDoesNotCount) {
  expect_text("ok", send({.path = "/readyz"}).data()["cache"].text());
  change_rights("CACHE_REDIS_URL", "-incr");
  const auto reply = send({.path = "/readyz"});
  expect_status(200, reply);
  expect_text("away", reply.data()["cache"].text());
}

TEST(Health, UnderstandsHead) {
  for (const char* path : {"/", "/livez", "/readyz"}) expect_status(200, send({.method = "HEAD", .path = path}));
}

TEST(Health, AnswersPeopleWithAPage) {
  const auto reply = send({.path = "/", .headers = {"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}});
  expect_status(200, reply);
  expect_text("text/html; charset=utf-8", reply.header("content-type"));
  expect_contains(setting("BASE_URL") + "/v1/events/book", reply.body);
  expect_contains("Accept", reply.header("vary"));
}

TEST(Health, AnswersProgramsWithJsonWhateverElseTheyTake) {
  for (const char* accept : {"*/*", "application/json", "application/json, text/html;q=0.5", "text/plain"}) {
    const auto reply = send({.path = "/", .headers = {std::string("Accept: ") + accept}});
    expect_text("application/json", reply.header("content-type"));
  }
}

TEST(Health, ServesTheDocuments) {
  for (const char* path : {"/docs", "/docs/", "/docs/errors"}) {
    const auto reply = send({.path = path});
    expect_status(200, reply);
    expect_text("text/html; charset=utf-8", reply.header("content-type"));
    expect(reply.header("content-security-policy").find("unsafe") == std::string::npos, "a strict policy");
  }
  expect_contains("openapi: 3.1", send({.path = "/openapi.yaml"}).body);
}

// A length is known only of what lies there compressed. Compressing the reference's megabytes takes 17 ms each time: a
// few clients that ask for them would hold up everybody.
TEST(Health, CompressesNoDocumentAnew) {
  for (const char* path : {"/docs", "/docs/errors", "/docs/style.css", "/openapi.yaml"}) {
    const auto reply = send({.path = path, .headers = {"Accept-Encoding: gzip"}});
    expect_status(200, reply);
    expect_text("gzip", reply.header("content-encoding"));
    CHECK_TRUE_TEXT(reply.has_header("content-length"), path);
  }
}

TEST(Health, AnswersWithJsonWhateverTheNameEndsIn) {
  for (const char* path : {"/nothing.html", "/docs/nothing", "/docs/nothing.html", "/docs/nothing.css",
                           "/.www/index.html", "/docs/errors/"})
    expect_problem(404, "route_not_found", send({.path = path}));
}

TEST(Health, HidesMetricsFromElsewhere) {
  expect_problem(404, "route_not_found", send({.path = "/metrics", .headers = {"X-Forwarded-For: 192.0.2.7"}}));
}

TEST(Health, TellsMetricsInPrometheusText) {
  const auto reply = send({.path = "/metrics"});
  expect_status(200, reply);
  expect_contains("text/plain", reply.header("content-type"));
  expect_contains("version=0.0.4", reply.header("content-type"));
  expect_contains("# TYPE ", reply.body);
  CHECK_TRUE(reply.body.ends_with("\n"));
}
