#include <algorithm>
#include <set>

#include "support/booking_steps.h"
#include "support/checks.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {
constexpr std::size_t kReads = 1000;  // in 600 s: what the test run sets TICKETD_RATE_LIMIT_READS to
}

TEST_GROUP(RateLimit) {
  Person person;
  std::string path;

  void setup() override {
    person = make_person();
    path = "/v1/events/status/" + create_event(make_person());
  }

  // The number after `name=` in the RateLimit header; -1 where there is none.
  static int told(const Response& reply, const std::string& name) {
    const std::string header = reply.header("ratelimit");
    const auto at = header.find(name + "=");
    return at == std::string::npos ? -1 : std::atoi(header.c_str() + at + name.size() + 1);
  }

  std::vector<Response> read_times(std::size_t times) const {
    std::vector<Response> replies(times);
    in_parallel(16, times, [&](std::size_t i) { replies[i] = person.get(path); });
    return replies;
  }

  static std::size_t with_status(const std::vector<Response>& replies, int status) {
    const auto right = [&](const Response& reply) { return reply.status == status; };
    return static_cast<std::size_t>(std::count_if(replies.begin(), replies.end(), right));
  }
};

TEST(RateLimit, TellsThePolicyAndWhatIsLeft) {
  const auto reply = person.get(path);
  expect_text("1000;w=600", reply.header("ratelimit-policy"));
  LONGS_EQUAL(1000, told(reply, "limit"));
  LONGS_EQUAL(999, told(reply, "remaining"));
  CHECK_TRUE(told(reply, "reset") > 590 && told(reply, "reset") <= 600);
}

TEST(RateLimit, CountsDown) {
  person.get(path);
  LONGS_EQUAL(998, told(person.get(path), "remaining"));
}

TEST(RateLimit, TellsItOnErrorsToo) {
  const auto reply = person.get("/v1/events/status/seven");
  expect_problem(400, "invalid_id", reply);
  expect_text("1000;w=600", reply.header("ratelimit-policy"));
}

TEST(RateLimit, LetsExactlyTheLimitPass) {
  const auto replies = read_times(kReads + 20);
  LONGS_EQUAL(kReads, with_status(replies, 200));
  LONGS_EQUAL(20, with_status(replies, 429));
}

// Four endpoints of one class are four processes. What each answer says is left is what was left just then: of the
// thousand that pass, no two say the same.
TEST(RateLimit, IsExactAcrossProcesses) {
  const std::string paths[] = {"/v1/users/me", "/v1/bookings", "/v1/notifications", path};
  std::vector<Response> replies(kReads + 200);
  in_parallel(32, replies.size(), [&](std::size_t i) { replies[i] = person.get(paths[i % 4]); });
  LONGS_EQUAL(kReads, with_status(replies, 200));
  LONGS_EQUAL(200, with_status(replies, 429));
  std::set<int> left;
  for (const auto& reply : replies) {
    if (reply.status == 200) left.insert(told(reply, "remaining"));
    if (reply.status == 429) LONGS_EQUAL(0, told(reply, "remaining"));
  }
  LONGS_EQUAL(kReads, left.size());
  LONGS_EQUAL(0, *left.begin());
  LONGS_EQUAL(kReads - 1, *left.rbegin());
}

TEST(RateLimit, OfAnEndpointForEveryoneIsByAddressWhoeverCalls) {
  const auto here = send({.path = "/", .from = "127.2.0.1"});
  auto with_token = person.request("GET", "/");
  with_token.from = "127.2.0.1";
  LONGS_EQUAL(told(here, "remaining") - 1, told(send(with_token), "remaining"));
  LONGS_EQUAL(999, told(send({.path = "/", .from = "127.2.0.2"}), "remaining"));
}

TEST(RateLimit, TellsWhenToComeBack) {
  read_times(kReads);
  const auto reply = person.get(path);
  expect_problem(429, "rate_limited", reply);
  LONGS_EQUAL(0, told(reply, "remaining"));
  const int wait_s = std::atoi(reply.header("retry-after").c_str());
  CHECK_TRUE(wait_s > 0 && wait_s <= 600);
}

TEST(RateLimit, IsCountedPerPerson) {
  read_times(kReads + 1);
  expect_status(200, make_person().get(path));
}

// Whoever holds a token that was stolen before the password changed.
TEST(RateLimit, IsNotSpentByATokenOfAnEndedSession) {
  auto owner = register_person();
  const auto thief = owner;
  expect_status(200, owner.put("/v1/auth/update-password", Json::object({{"current_password", owner.password},
                                                                         {"new_password", "a better password"}})));
  for (int i = 0; i < 20; ++i) expect_problem(401, "token_invalid", thief.get(path));
  const auto login =
      post_as_nobody("/v1/auth/login", Json::object({{"email", owner.email}, {"password", "a better password"}}));
  owner.access_token = login.data()["tokens"]["access_token"].text();
  LONGS_EQUAL(999, told(owner.get(path), "remaining"));
}

TEST(RateLimit, OfReadsLeavesBookingAlone) {
  const auto id = create_event(make_person());
  read_times(kReads + 1);
  expect_status(202, book(person, id));
}

TEST(RateLimit, SaysNothingWhereThereIsNone) { CHECK_FALSE(send({.path = "/livez"}).has_header("ratelimit")); }
