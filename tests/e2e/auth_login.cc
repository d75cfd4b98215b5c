#include <sodium.h>

#include <algorithm>
#include <array>

#include "support/checks.h"
#include "support/person.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response login(const std::string& email, const std::string& password) {
  return post_as_nobody("/v1/auth/login", Json::object({{"email", email}, {"password", password}}));
}

// Without what differs from answer to answer.
std::string told(const Response& reply) { return Json(reply.json).set("request_id", "").canonical(); }

double median_of(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

// Of the bytes as they are.
std::string old_hash_of(const std::string& password) {
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  LONGS_EQUAL(0, crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), 2, std::size_t{19'456} * 1024,
                                       crypto_pwhash_ALG_ARGON2ID13));
  return hash.data();
}

void fail_ten_times(const std::string& email) {
  for (int i = 0; i < 10; ++i) expect_problem(401, "invalid_credentials", login(email, "wrong password"));
}

}  // namespace

TEST_GROUP(Login){};

TEST(Login, AnswersTheUserAndTwoTokens) {
  const auto person = register_person();
  const auto reply = login(person.email, person.password);
  expect_success(200, "user login successful", reply);
  expect_user(reply.data()["user"]);
  expect_text(person.id, reply.data()["user"]["id"].text());
  CHECK(reply.data()["tokens"]["access_token"].is_string());
  CHECK(reply.data()["tokens"]["refresh_token"].is_string());
  expect_text("no-store", reply.header("cache-control"));
}

TEST(Login, TakesTheEmailInAnyCase) {
  const auto person = register_person();
  expect_status(200, login("PERSON" + person.email.substr(6), person.password));
}

TEST(Login, TakesEmailAndPasswordInAnyForm) {
  const auto email = fresh_email();
  const auto sign_up = [](const std::string& address, const char* password) {
    return post_as_nobody("/v1/auth/register", Json::object({{"email", address}, {"password", password}}));
  };
  expect_status(201, sign_up("zoe\u0308." + email, "pa\u0308ss word"));
  for (const char* zoe : {"zo\u00eb.", "zoe\u0308.", "ZO\u00cb."}) {
    for (const char* password : {"p\u00e4ss word", "pa\u0308ss\u00a0word"})
      expect_status(200, login(zoe + email, password));
    expect_problem(409, "email_taken", sign_up(zoe + email, "another one"));
  }
}

// Their bytes were stored and hashed as they came.
TEST(Login, TakesAccountsFromBeforeThereWasOneForm) {
  const auto person = register_person();
  const std::string sent = "pa\u0308ss word", email = "zoe\u0308." + person.email;
  const auto set = [&](const char* column, const std::string& value) {
    query(std::string("UPDATE users SET ") + column + " = $2 WHERE id = $1::uuid", person.id, value);
  };
  const auto hash = [&] {
    return query("SELECT password_hash FROM users WHERE id = $1::uuid", person.id)[0][0].as<std::string>();
  };
  set("email", email);
  set("password_hash", old_hash_of(sent));
  expect_problem(401, "invalid_credentials", login(email, "wrong password"));
  expect_status(200, login(email, sent));
  const auto renewed = hash();
  expect_status(200, login("zo\u00eb." + person.email, "p\u00e4ss word"));
  expect_text(renewed, hash());
  expect_problem(409, "email_taken",
                 post_as_nobody("/v1/auth/register",
                                Json::object({{"email", "zo\u00eb." + person.email}, {"password", "secret"}})));
}

TEST(Login, RefusesAWrongPassword) {
  const auto person = register_person();
  expect_problem(401, "invalid_credentials", login(person.email, "wrong password"));
}

TEST(Login, SaysTheSameForAnUnknownEmailAndAWrongPassword) {
  const auto person = register_person();
  const auto wrong = login(person.email, "wrong password");
  const auto unknown = login(fresh_email(), "wrong password");
  LONGS_EQUAL(wrong.status, unknown.status);
  expect_text(told(wrong), told(unknown));
}

TEST(Login, TakesAsLongForAnUnknownEmailAsForAWrongPassword) {
  const auto person = register_person();
  std::vector<double> wrong, unknown;
  for (int i = 0; i < 9; ++i) {
    wrong.push_back(login(person.email, "wrong password").took.count());
    unknown.push_back(login(fresh_email(), "wrong password").took.count());
  }
  const double ratio = median_of(wrong) / median_of(unknown);
  expect(ratio > 0.5 && ratio < 2, "the same time, not a ratio of " + std::to_string(ratio));
}

TEST(Login, NamesEveryMissingField) {
  expect_bad_fields({"email", "password"}, post_as_nobody("/v1/auth/login", Json::object()));
}

TEST(Login, LocksAnEmailOutAfterTenFailures) {
  const auto person = register_person();
  fail_ten_times(person.email);
  expect_problem(429, "rate_limited", login(person.email, "wrong password"));
}

TEST(Login, LocksAnUnknownEmailOutAsWell) {
  const auto email = fresh_email();
  fail_ten_times(email);
  expect_problem(429, "rate_limited", login(email, "wrong password"));
}

TEST(Login, IsNotUnlockedByOtherCase) {
  const auto person = register_person();
  fail_ten_times(person.email);
  expect_problem(429, "rate_limited", login("PERSON" + person.email.substr(6), "wrong password"));
}

TEST(Login, LocksNobodyElseOut) {
  const auto unlucky = register_person(), other = register_person();
  fail_ten_times(unlucky.email);
  expect_status(200, login(other.email, other.password));
}
