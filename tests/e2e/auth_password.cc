#include "support/checks.h"
#include "support/person.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(UpdatePassword) {
  static constexpr const char* kNew = "a better password";

  static Response update(const Person& person, const std::string& current, const std::string& wanted) {
    return person.put("/v1/auth/update-password",
                      Json::object({{"current_password", current}, {"new_password", wanted}}));
  }

  static Response login(const Person& person, const std::string& password) {
    return post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", password}}));
  }
};

TEST(UpdatePassword, SaysThatItIsDone) {
  const auto person = register_person();
  const auto reply = update(person, person.password, kNew);
  expect_success(200, "password updated successfully", reply);
  expect_text("Password updated successfully", reply.data()["message"].text());
}

TEST(UpdatePassword, MakesTheNewOneCount) {
  const auto person = register_person();
  update(person, person.password, kNew);
  expect_status(200, login(person, kNew));
  expect_problem(401, "invalid_credentials", login(person, person.password));
}

// Not by 401, at which clients take their tokens for bad and sign out.
TEST(UpdatePassword, RefusesAWrongCurrentOne) {
  const auto person = register_person();
  expect_problem(400, "wrong_password", update(person, "wrong password", kNew));
  expect_status(200, person.get("/v1/users/me"));
  expect_status(200, login(person, person.password));
}

TEST(UpdatePassword, NamesEveryBadField) {
  expect_bad_fields({"current_password", "new_password"},
                    register_person().put("/v1/auth/update-password", Json::object()));
}

TEST(UpdatePassword, RefusesAShortOne) {
  const auto person = register_person();
  expect_bad_fields({"new_password"}, update(person, person.password, "12345"));
}

TEST(UpdatePassword, RevokesEveryRefreshToken) {
  const auto person = register_person();
  const auto elsewhere = login(person, person.password).data()["tokens"]["refresh_token"];
  update(person, person.password, kNew);
  for (const Json& token : {Json(person.refresh_token), elsewhere}) {
    expect_problem(401, "invalid_refresh_token",
                   post_as_nobody("/v1/auth/refresh-tokens", Json::object({{"refresh_token", token}})));
  }
}

TEST(UpdatePassword, RefusesOlderAccessTokensAtOnce) {
  const auto person = register_person();
  update(person, person.password, kNew);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(UpdatePassword, RefusesOlderAccessTokensForBookingToo) {
  const auto person = register_person();
  expect_problem(400, "validation_failed", person.post("/v1/events/book", Json::object()));
  update(person, person.password, kNew);
  expect_problem(401, "token_invalid", person.post("/v1/events/book", Json::object()));
}

TEST(UpdatePassword, RefusesTokensOfTheSecondsBefore) {
  auto person = register_person();
  person.access_token = sign(claims_of(person.id, 3));
  update(person, person.password, kNew);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(UpdatePassword, LetsALoginOfTheSameSecondIn) {
  auto person = register_person();
  update(person, person.password, kNew);
  person.access_token = login(person, kNew).data()["tokens"]["access_token"].text();
  expect_success(200, "user found", person.get("/v1/users/me"));
}

TEST(UpdatePassword, ConcernsNobodyElse) {
  const auto person = register_person(), other = register_person();
  update(person, person.password, kNew);
  expect_status(200, other.get("/v1/users/me"));
}
