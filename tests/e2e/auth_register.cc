#include <atomic>

#include "support/checks.h"
#include "support/person.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response register_with(const Json& email, const Json& password) {
  return post_as_nobody("/v1/auth/register", Json::object({{"email", email}, {"password", password}}));
}

}  // namespace

TEST_GROUP(Register){};

TEST(Register, AnswersTheUserAndTwoTokens) {
  const auto email = fresh_email();
  const auto reply =
      post_as_nobody("/v1/auth/register", Json::object({{"name", "Ada"}, {"email", email}, {"password", "secret"}}));
  expect_success(201, "new user registered", reply);
  const Json user = reply.data()["user"];
  expect_user(user);
  expect_text(email, user["email"].text());
  expect_text("Ada", user["name"].text());
  CHECK(reply.data()["tokens"]["access_token"].is_string());
  CHECK(reply.data()["tokens"]["refresh_token"].is_string());
  expect_text("/v1/users/me", reply.header("location"));
}

TEST(Register, ForbidsStoringTheTokens) {
  const auto reply = register_with(fresh_email(), "secret");
  expect_text("no-store", reply.header("cache-control"));
}

TEST(Register, TakesAUserWithoutAName) { expect_success(201, register_with(fresh_email(), "secret")); }

TEST(Register, GivesAnAccessTokenThatWorks) {
  const auto person = register_person();
  expect_success(200, "user found", person.get("/v1/users/me"));
}

TEST(Register, TrimsNameAndEmail) {
  const auto email = fresh_email();
  const auto reply = post_as_nobody(
      "/v1/auth/register", Json::object({{"name", "  Ada "}, {"email", " \t" + email + " "}, {"password", "secret"}}));
  expect_status(201, reply);
  expect_text(email, reply.data()["user"]["email"].text());
  expect_text("Ada", reply.data()["user"]["name"].text());
}

TEST(Register, KeepsTheEmailAsGiven) {
  const auto email = "Ada." + fresh_email();
  const auto reply = register_with(email, "secret");
  expect_status(201, reply);
  expect_text(email, reply.data()["user"]["email"].text());
}

TEST(Register, RefusesAnEmailThatIsTaken) {
  const auto person = register_person();
  expect_problem(409, "email_taken", register_with(person.email, "secret"));
}

TEST(Register, RefusesATakenEmailInOtherCase) {
  const auto email = fresh_email();
  expect_status(201, register_with(email, "secret"));
  expect_problem(409, "email_taken", register_with("PERSON" + email.substr(6), "secret"));
}

TEST(Register, GivesAnEmailToOneOfManyAtOnce) {
  const auto email = fresh_email();
  std::atomic<int> taken{0}, made{0};
  in_parallel(8, 8, [&](std::size_t) {
    const int status = register_with(email, "secret").status;
    if (status == 201) ++made;
    if (status == 409) ++taken;
  });
  LONGS_EQUAL(1, made.load());
  LONGS_EQUAL(7, taken.load());
}

TEST(Register, NamesEveryBadField) {
  const auto reply =
      post_as_nobody("/v1/auth/register", Json::object({{"name", 7}, {"email", "nobody"}, {"password", "short"}}));
  expect_bad_fields({"name", "email", "password"}, reply);
}

TEST(Register, NamesEveryMissingField) {
  expect_bad_fields({"email", "password"}, post_as_nobody("/v1/auth/register", Json::object()));
}

TEST(Register, RefusesAnEmailWithoutExactlyOneAt) {
  expect_bad_fields({"email"}, register_with("ada.example.com", "secret"));
  expect_bad_fields({"email"}, register_with("ada@home@example.com", "secret"));
}

TEST(Register, TakesAnEmailOf254Characters) {
  const auto email = fresh_email();
  expect_status(201, register_with(std::string(254 - email.size(), 'a') + email, "secret"));
  expect_bad_fields({"email"}, register_with(std::string(255 - email.size(), 'b') + email, "secret"));
}

TEST(Register, TakesAPasswordOf6To128Characters) {
  expect_bad_fields({"password"}, register_with(fresh_email(), "12345"));
  expect_status(201, register_with(fresh_email(), "123456"));
  expect_status(201, register_with(fresh_email(), std::string(128, 'p')));
  expect_bad_fields({"password"}, register_with(fresh_email(), std::string(129, 'p')));
}

TEST(Register, TakesAPasswordOfAnyScript) {
  expect_status(201, register_with(fresh_email(), "ééé"));
  expect_status(201, register_with(fresh_email(), std::string(126, 'p') + "éé"));
}

TEST(Register, IgnoresUnknownFields) {
  const auto reply = post_as_nobody(
      "/v1/auth/register",
      Json::object(
          {{"email", fresh_email()}, {"password", "correct horse"}, {"role", "admin"}, {"id", make_person().id}}));
  expect_status(201, reply);
  expect_text("USER", reply.data()["user"]["role"].text());
}
