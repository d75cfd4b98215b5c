#include <atomic>

#include "support/checks.h"
#include "support/person.h"
#include "support/stack_database.h"
#include "support/stack_redis.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

namespace {

Response refresh(const Json& token) {
  return post_as_nobody("/v1/auth/refresh-tokens", Json::object({{"refresh_token", token}}));
}

// The next refresh token of the family.
std::string exchanged(const std::string& token) {
  const auto reply = refresh(token);
  expect_status(200, reply);
  return std::string(reply.data()["refresh_token"].text());
}

// As if every exchange of this user had happened 11 s earlier: past the grace of 10 s.
void pass_the_grace(const Person& person) {
  query("UPDATE refresh_tokens SET used_at = used_at - interval '11 seconds' WHERE user_id = $1::uuid", person.id);
}

Response logout(const std::string& token) {
  return post_as_nobody("/v1/auth/logout", Json::object({{"refresh_token", token}}));
}

}  // namespace

TEST_GROUP(RefreshTokens){};

TEST(RefreshTokens, ExchangesOneForANewPair) {
  const auto person = register_person();
  const auto reply = refresh(person.refresh_token);
  expect_success(200, "token refreshed", reply);
  CHECK(reply.data()["access_token"].is_string());
  CHECK(reply.data()["refresh_token"].text() != person.refresh_token);
  expect_text("no-store", reply.header("cache-control"));
}

TEST(RefreshTokens, GivesAnAccessTokenThatWorks) {
  auto person = register_person();
  person.access_token = refresh(person.refresh_token).data()["access_token"].text();
  expect_status(200, person.get("/v1/users/me"));
}

TEST(RefreshTokens, GivesARefreshTokenThatWorks) {
  const auto person = register_person();
  expect_status(200, refresh(exchanged(exchanged(person.refresh_token))));
}

TEST(RefreshTokens, StoresNoTokenInTheClear) {
  const auto person = register_person();
  const auto found =
      count("SELECT count(*) FROM refresh_tokens t WHERE position($1 in t::text) > 0", person.refresh_token);
  LONGS_EQUAL(0, found);
}

TEST(RefreshTokens, ForgivesAReplayWithinTheGrace) {
  const auto person = register_person();
  const auto next = exchanged(person.refresh_token);
  const auto replay = refresh(person.refresh_token);
  expect(replay.status == 200 || replay.status == 401, "an answer, not " + std::to_string(replay.status));
  expect_status(200, refresh(next));
}

// Else whoever stole it would have a branch of the family to live in, and no replay would ever tell.
TEST(RefreshTokens, GivesTheSameOneToAReplayWithinTheGrace) {
  const auto person = register_person();
  const auto next = exchanged(person.refresh_token);
  expect_text(next, exchanged(person.refresh_token));
  LONGS_EQUAL(2, count("SELECT count(*) FROM refresh_tokens WHERE user_id = $1::uuid", person.id));
}

TEST(RefreshTokens, RevokesTheFamilyOfAThiefWhoWasFasterThanTheOwner) {
  const auto person = register_person();
  const auto thiefs = exchanged(exchanged(person.refresh_token));
  pass_the_grace(person);
  expect_problem(401, "invalid_refresh_token", refresh(person.refresh_token));
  expect_problem(401, "invalid_refresh_token", refresh(thiefs));
}

TEST(RefreshTokens, RefusesAReplayAfterTheGrace) {
  const auto person = register_person();
  exchanged(person.refresh_token);
  pass_the_grace(person);
  expect_problem(401, "invalid_refresh_token", refresh(person.refresh_token));
}

TEST(RefreshTokens, RevokesTheFamilyOnAReplayAfterTheGrace) {
  const auto person = register_person();
  const auto next = exchanged(person.refresh_token);
  pass_the_grace(person);
  refresh(person.refresh_token);
  expect_problem(401, "invalid_refresh_token", refresh(next));
}

// Each of them wants to end the whole family, which has two tokens that were used within the last minute.
TEST(RefreshTokens, ReplaysAtOnceDoNotWaitForEachOther) {
  const auto person = register_person();
  const auto second = exchanged(person.refresh_token);
  exchanged(second);
  pass_the_grace(person);
  std::vector<Response> replies(16);
  in_parallel(16, 16, [&](std::size_t i) { replies[i] = refresh(i % 2 == 0 ? person.refresh_token : second); });
  for (const auto& reply : replies) expect_problem(401, "invalid_refresh_token", reply);
}

TEST(RefreshTokens, EndsTheAccessTokensOfAThiefAsWell) {
  const auto person = register_person();
  exchanged(person.refresh_token);
  pass_the_grace(person);
  expect_status(200, person.get("/v1/users/me"));
  refresh(person.refresh_token);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(RefreshTokens, LeavesOtherFamiliesAloneOnAReplay) {
  const auto person = register_person();
  const auto login =
      post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}));
  const std::string elsewhere(login.data()["tokens"]["refresh_token"].text());
  exchanged(person.refresh_token);
  pass_the_grace(person);
  refresh(person.refresh_token);
  expect_status(200, refresh(elsewhere));
}

TEST(RefreshTokens, SurviveAClientThatAsksTwiceAtOnce) {
  const auto person = register_person();
  std::vector<Response> replies(8);
  in_parallel(8, 8, [&](std::size_t i) { replies[i] = refresh(person.refresh_token); });
  std::string newest;
  for (const auto& reply : replies) {
    expect(reply.status == 200 || reply.status == 401, "200 or 401, not " + std::to_string(reply.status));
    if (reply.status == 200) newest = reply.data()["refresh_token"].text();
  }
  expect_status(200, refresh(newest));
}

TEST(RefreshTokens, RefusesAnUnknownOne) {
  expect_problem(401, "invalid_refresh_token", refresh(std::string(43, 'x')));
}

TEST(RefreshTokens, RefusesAnAccessToken) {
  expect_problem(401, "invalid_refresh_token", refresh(register_person().access_token));
}

TEST(RefreshTokens, RefusesOneThatHasExpired) {
  const auto person = register_person();
  query(R"(UPDATE refresh_tokens SET created_at = created_at - interval '31 days',
                                     expires_at = expires_at - interval '31 days' WHERE user_id = $1::uuid)",
        person.id);
  expect_problem(401, "invalid_refresh_token", refresh(person.refresh_token));
}

TEST(RefreshTokens, NamesTheMissingField) {
  expect_bad_fields({"refresh_token"}, post_as_nobody("/v1/auth/refresh-tokens", Json::object()));
}

// Else a user's new password would have to end any number of them at once.
TEST(RefreshTokens, OfMoreThanAHundredSessionsTheOldestEnds) {
  const auto person = register_person();
  query(R"(INSERT INTO refresh_tokens (token_hash, family_id, user_id, created_at, expires_at)
      SELECT sha256(convert_to($1 || n, 'UTF8')), gen_random_uuid(), $1::uuid, now() + n * interval '1 ms', now() + interval '1 day'
      FROM generate_series(1, 99) n)",
        person.id);
  const auto login = [&] {
    return post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}));
  };
  expect_status(200, login());
  expect_problem(401, "invalid_refresh_token", refresh(person.refresh_token));
  const auto live = [&] {
    return count(
        "SELECT count(*) FROM refresh_tokens WHERE user_id = $1::uuid AND used_at IS NULL AND revoked_at IS NULL",
        person.id);
  };
  LONGS_EQUAL(100, live());
  expect_status(200, login());
  LONGS_EQUAL(100, live());
  outdate_token_list();
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST_GROUP(Logout){};

TEST(Logout, AnswersTrue) {
  const auto reply = logout(register_person().refresh_token);
  expect_success(200, "user logout successful", reply);
  CHECK_TRUE(reply.data().boolean());
}

// Whose answer was lost asks again.
TEST(Logout, AnswersTheSameOnceMore) {
  const auto token = register_person().refresh_token;
  const auto first = logout(token), again = logout(token);
  expect_success(200, "user logout successful", again);
  expect_text(first.body, again.body);
}

TEST(Logout, EndsTheRefreshToken) {
  const auto person = register_person();
  logout(person.refresh_token);
  const auto reply = post_as_nobody("/v1/auth/refresh-tokens", Json::object({{"refresh_token", person.refresh_token}}));
  expect_problem(401, "invalid_refresh_token", reply);
}

TEST(Logout, EndsTheAccessTokensOfThatSessionAlone) {
  const auto person = register_person();
  Person elsewhere = person;
  elsewhere.access_token =
      post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}))
          .data()["tokens"]["access_token"]
          .text();
  expect_status(200, person.get("/v1/users/me"));
  logout(person.refresh_token);
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
  expect_status(200, elsewhere.get("/v1/users/me"));
}

// As when a thief holds the token as well: they met in a deadlock, and the session went on.
TEST(Logout, BesideRefreshesEndsTheSessionAllTheSame) {
  const auto person = register_person();
  for (int round = 0; round < 10; ++round) {
    const std::string first(
        post_as_nobody("/v1/auth/login", Json::object({{"email", person.email}, {"password", person.password}}))
            .data()["tokens"]["refresh_token"]
            .text());
    std::vector<std::string> newest(4, first);
    Response reply;
    in_parallel(5, 5, [&](std::size_t i) {
      if (i == 4) {
        reply = logout(first);
        return;
      }
      for (int n = 0; n < 4; ++n) {
        const auto next = refresh(newest[i]);
        if (next.status != 200) return;
        newest[i] = next.data()["refresh_token"].text();
      }
    });
    expect_status(200, reply);
    for (const auto& token : newest) expect_problem(401, "invalid_refresh_token", refresh(token));
  }
}

// As if its process had been killed between the commit and the word to the others.
TEST(Logout, OfWhatHasEndedTellsTheOthersAgain) {
  const auto person = register_person();
  expect_status(200, person.get("/v1/users/me"));
  query("UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = $1::uuid", person.id);
  expect_status(200, person.get("/v1/users/me"));
  expect_status(200, logout(person.refresh_token));
  expect_problem(401, "token_invalid", person.get("/v1/users/me"));
}

TEST(Logout, NamesTheMissingField) {
  expect_bad_fields({"refresh_token"}, post_as_nobody("/v1/auth/logout", Json::object()));
}

TEST(Logout, RefusesATokenOfNobody) { expect_problem(401, "invalid_refresh_token", logout("nobody's")); }
