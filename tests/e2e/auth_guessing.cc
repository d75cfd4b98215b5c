// Guessing passwords: slow, and neither the time nor the answer tells whether there is such an account.
#include <algorithm>

#include "support/checks.h"
#include "support/person.h"
#include "support/timing.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response login_from(const std::string& address, const std::string& email, const std::string& password) {
  const Json body = Json::object({{"email", email}, {"password", password}});
  return send({.method = "POST", .path = "/v1/auth/login", .body = body.dump(), .from = address});
}

std::size_t with_status(const std::vector<Response>& replies, int status) {
  return static_cast<std::size_t>(
      std::count_if(replies.begin(), replies.end(), [&](const Response& reply) { return reply.status == status; }));
}

// The headers but those that differ from request to request.
std::string shape_of(const Response& reply) {
  std::string shape = std::to_string(reply.status);
  for (const auto& [name, value] : reply.headers) {
    if (name != "date" && name != "x-request-id") shape += '\n' + name + ": " + value;
  }
  return shape + Json(reply.json).set("request_id", "").canonical();
}

}  // namespace

TEST_GROUP(Guessing){};

TEST(Guessing, IsStoppedAtTenTriesHoweverManyComeAtOnce) {
  const auto email = fresh_email(), address = fresh_address();
  std::vector<Response> replies(30);
  in_parallel(30, replies.size(), [&](std::size_t i) { replies[i] = login_from(address, email, "wrong password"); });
  LONGS_EQUAL(10, with_status(replies, 401));
  LONGS_EQUAL(20, with_status(replies, 429));
}

// PostgreSQL finds kim@… for each of them: KELVIN SIGN is a capital k, and I WITH DOT a capital i.
TEST(Guessing, IsStoppedHoweverTheAddressIsSpelled) {
  const auto rest = "m." + fresh_email(), address = fresh_address();
  for (const char* k : {"k", "K", "\u212a"}) {
    for (const char* i : {"i", "I", "\u0130"}) {
      const auto reply = login_from(address, std::string(k) + i + rest, "wrong password");
      expect_status(401, reply);
    }
  }
  expect_status(401, login_from(address, "ki" + rest, "wrong password"));
  for (const char* start : {"ki", "\u212ai", "k\u0130", "\u212a\u0130"})
    expect_problem(429, "rate_limited", login_from(address, start + rest, "wrong password"));
}

TEST(Guessing, ByAStrangerLeavesTheOwnerAlone) {
  const auto owner = register_person();
  const auto home = fresh_address(), stranger = fresh_address();
  expect_status(200, login_from(home, owner.email, owner.password));
  for (int i = 0; i < 10; ++i) expect_status(401, login_from(stranger, owner.email, "wrong password"));
  expect_problem(429, "rate_limited", login_from(stranger, owner.email, owner.password));
  expect_status(200, login_from(home, owner.email, owner.password));
}

// 100 tries an hour from everywhere; who is known is not held up, and neither are others' accounts.
TEST(Guessing, ByManyStrangersIsStoppedTooButNotForTheOwner) {
  const auto owner = register_person(), other = register_person();
  const auto home = fresh_address();
  expect_status(200, login_from(home, owner.email, owner.password));
  std::vector<std::string> addresses(30);
  for (auto& address : addresses) address = fresh_address();
  std::vector<Response> replies(120);
  in_parallel(8, replies.size(),
              [&](std::size_t i) { replies[i] = login_from(addresses[i / 4], owner.email, "wrong password"); });
  LONGS_EQUAL(100, with_status(replies, 401));
  const auto held_up = login_from(fresh_address(), owner.email, owner.password);
  expect_problem(429, "rate_limited", held_up);
  const int wait_s = std::atoi(held_up.header("retry-after").c_str());
  CHECK_TRUE(wait_s > 3000 && wait_s <= 3600);
  expect_status(200, login_from(home, owner.email, owner.password));
  expect_status(200, login_from(fresh_address(), other.email, other.password));
}

TEST(Guessing, ByManyStrangersLeavesWhoHasOnlyRegisteredAlone) {
  const auto email = fresh_email(), home = fresh_address();
  const Json account = Json::object({{"email", email}, {"password", "correct horse"}});
  expect_status(201, send({.method = "POST", .path = "/v1/auth/register", .body = account.dump(), .from = home}));
  std::vector<std::string> addresses(10);
  for (auto& address : addresses) address = fresh_address();
  in_parallel(8, 100, [&](std::size_t i) { login_from(addresses[i / 10], email, "wrong password"); });
  expect_problem(429, "rate_limited", login_from(fresh_address(), email, "correct horse"));
  expect_status(200, login_from(home, email, "correct horse"));
}

// One password on many accounts: as many tries as the test run's TICKETD_LOGIN_LIMIT_NETWORK says.
TEST(Guessing, OfManyAccountsFromOneAddressIsStopped) {
  const auto address = fresh_address();
  std::vector<Response> replies(210);
  in_parallel(8, replies.size(),
              [&](std::size_t i) { replies[i] = login_from(address, fresh_email(), "wrong password"); });
  LONGS_EQUAL(200, with_status(replies, 401));
  LONGS_EQUAL(10, with_status(replies, 429));
  const auto owner = register_person();
  expect_status(200, login_from(fresh_address(), owner.email, owner.password));
}

TEST(Guessing, IsNotCountedWhereThePasswordIsRight) {
  const auto owner = register_person();
  const auto address = fresh_address();
  for (int i = 0; i < 12; ++i) expect_status(200, login_from(address, owner.email, owner.password));
  for (int i = 0; i < 9; ++i) expect_status(401, login_from(address, owner.email, "wrong password"));
  expect_status(200, login_from(address, owner.email, owner.password));
  expect_status(401, login_from(address, owner.email, "wrong password"));  // nor does it take back what others tried
  expect_problem(429, "rate_limited", login_from(address, owner.email, "wrong password"));
}

// At one address, which they share.
TEST(Guessing, ByANeighbourLeavesAKnownDeviceAlone) {
  const auto owner = register_person();
  const auto address = fresh_address();
  const auto device = login_from(address, owner.email, owner.password).data()["device_token"];
  for (int i = 0; i < 10; ++i) expect_status(401, login_from(address, owner.email, "wrong password"));
  expect_problem(429, "rate_limited", login_from(address, owner.email, owner.password));
  const Json body = Json::object({{"email", owner.email}, {"password", owner.password}, {"device_token", device}});
  expect_status(200, send({.method = "POST", .path = "/v1/auth/login", .body = body.dump(), .from = address}));
}

// Who registered has a known device as well, and changes the password there whatever others tried.
TEST(Guessing, ByANeighbourKeepsNobodyFromChangingThePassword) {
  const auto email = fresh_email();
  const auto reply =
      post_as_nobody("/v1/auth/register", Json::object({{"email", email}, {"password", "correct horse"}}));
  Person owner;
  owner.access_token = reply.data()["tokens"]["access_token"].text();
  for (int i = 0; i < 10; ++i) login_from("", email, "wrong password");
  const auto change = [&](const char* device_field) {
    return owner.put("/v1/auth/update-password", Json::object({{"current_password", "correct horse"},
                                                               {"new_password", "a better horse"},
                                                               {device_field, reply.data()["device_token"]}}));
  };
  expect_problem(429, "rate_limited", change("something_else"));
  expect_status(200, change("device_token"));
}

TEST(Guessing, OfTheCurrentPasswordIsStopped) {
  const auto person = register_person();
  const auto guess = [&] {
    return person.put("/v1/auth/update-password",
                      Json::object({{"current_password", "wrong password"}, {"new_password", "a better password"}}));
  };
  for (int i = 0; i < 10; ++i) expect_problem(400, "wrong_password", guess());
  expect_problem(429, "rate_limited", guess());
}

// A thief of an access token guesses elsewhere; the owner, at home, can still end all sessions.
TEST(Guessing, OfTheCurrentPasswordLocksNoOwnerOut) {
  const auto owner = register_person();
  const auto change = [&](const std::string& from, const std::string& current) {
    return send({.method = "PUT",
                 .path = "/v1/auth/update-password",
                 .body = Json::object({{"current_password", current}, {"new_password", "a better password"}}).dump(),
                 .headers = {"Authorization: Bearer " + owner.access_token},
                 .from = from});
  };
  const auto thief = fresh_address();
  for (int i = 0; i < 10; ++i) expect_problem(400, "wrong_password", change(thief, "wrong password"));
  expect_problem(429, "rate_limited", change(thief, "wrong password"));
  expect_status(200, change("", owner.password));
}

TEST(Guessing, LearnsNothingFromTheAnswer) {
  const auto person = register_person();
  expect_text(shape_of(login_from(fresh_address(), person.email, "wrong password")),
              shape_of(login_from(fresh_address(), fresh_email(), "wrong password")));
}

TEST(Guessing, LearnsNothingFromTheTime) {
  std::vector<Person> accounts;
  for (int i = 0; i < 5; ++i) accounts.push_back(register_person());
  std::size_t next = 0;
  const auto attempt = [](const std::string& email) {
    const auto reply = login_from(fresh_address(), email, "wrong password");
    expect_status(401, reply);
    return reply;
  };
  expect_same_time(
      "wrong password", [&] { return attempt(accounts[next++ / 80].email); }, "unknown e-mail",
      [&] { return attempt(fresh_email()); });
}
