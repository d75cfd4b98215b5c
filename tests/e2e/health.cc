#include "support/checks.h"
#include "support/http_client.h"

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

TEST(Health, UnderstandsHead) {
  for (const char* path : {"/", "/livez", "/readyz"}) expect_status(200, send({.method = "HEAD", .path = path}));
}

TEST(Health, TellsMetricsInPrometheusText) {
  const auto reply = send({.path = "/metrics"});
  expect_status(200, reply);
  expect_contains("text/plain", reply.header("content-type"));
  expect_contains("version=0.0.4", reply.header("content-type"));
  expect_contains("# TYPE ", reply.body);
  CHECK_TRUE(reply.body.ends_with("\n"));
}
