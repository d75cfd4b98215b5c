// The cache Redis away: everything still works, only without limits.
#include "support/booking_steps.h"
#include "support/checks.h"
#include "support/stack.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response change_password(const Person& person) {
  const Json body = Json::object({{"current_password", person.password}, {"new_password", "a better password"}});
  return person.put("/v1/auth/update-password", body);
}

}  // namespace

TEST_GROUP(CacheDown) {
  Person person;

  void setup() override {
    take_down("redis-cache");
    person = make_person();
  }
  void teardown() override { restore_stack(); }
};

TEST(CacheDown, LeavesSigningInAlone) {
  person = register_person();
  const Json login = Json::object({{"email", person.email}, {"password", person.password}});
  expect_status(200, post_as_nobody("/v1/auth/login", login));
  const Json refresh = Json::object({{"refresh_token", person.refresh_token}});
  expect_status(200, post_as_nobody("/v1/auth/refresh-tokens", refresh));
  expect_status(200, person.get("/v1/users/me"));
}

TEST(CacheDown, StillRefusesAWrongPassword) {
  person = register_person();
  const Json login = Json::object({{"email", person.email}, {"password", "wrong password"}});
  expect_problem(401, "invalid_credentials", post_as_nobody("/v1/auth/login", login));
}

TEST(CacheDown, LeavesBookingAlone) {
  const auto event = create_event(person);
  expect_text("confirmed", book_outcome(person, event));
  expect_text("cancelled", cancel_outcome(person, event));
  expect_status(200, person.del("/v1/events/" + event));
}

TEST(CacheDown, LeavesReadsAlone) {
  const auto event = create_event(person);
  for (const auto& path : {"/v1/events/" + event, "/v1/events/status/" + event, std::string("/v1/events/discover"),
                           std::string("/v1/events/my-events"), std::string("/v1/bookings"),
                           std::string("/v1/notifications"), std::string("/v1/users/me")}) {
    expect_success(200, person.get(path));
  }
}

TEST(CacheDown, LetsRequestsThroughUncounted) {
  const auto path = "/v1/events/status/" + create_event(person);
  std::vector<Response> replies(1100);
  in_parallel(16, replies.size(), [&](std::size_t i) { replies[i] = person.get(path); });
  for (const auto& reply : replies) expect_status(200, reply);
  expect_text("1000;w=600", replies[0].header("ratelimit-policy"));
  CHECK_FALSE(replies[0].has_header("ratelimit"));
}

TEST(CacheDown, StillRefusesTokensFromBeforeANewPassword) {
  person = register_person();
  expect_status(200, change_password(person));
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(CacheDown, ForgetsNoNewPasswordOnItsReturn) {
  bring_up("redis-cache");
  CHECK_TRUE(await([] { return redis_answers("CACHE_REDIS_URL"); }));
  person = register_person();
  expect_status(200, change_password(person));
  take_down("redis-cache");
  bring_up("redis-cache");
  CHECK_TRUE(await([] { return redis_answers("CACHE_REDIS_URL"); }));
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(CacheDown, CountsAgainOnceItIsBack) {
  bring_up("redis-cache");
  const auto path = "/v1/events/status/" + create_event(person);
  const auto counted = [&] { return person.get(path).header("ratelimit").find("remaining=99") != std::string::npos; };
  CHECK_TRUE(await(counted));
}
