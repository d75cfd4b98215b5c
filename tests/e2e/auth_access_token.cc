#include "support/checks.h"
#include "support/endpoints.h"
#include "support/person.h"
#include "support/token_forge.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

using namespace ticketd::e2e;
using ticketd::Json;

TEST_GROUP(AccessToken) {
  Person person;

  void setup() override { person = make_person(); }

  static Response me_with(const std::string& authorization) {
    return send({.path = "/v1/users/me", .headers = {"Authorization: " + authorization}});
  }

  static Response me_as(const std::string& token) { return me_with("Bearer " + token); }
};

TEST(AccessToken, IsAskedForByEveryEndpointThatNeedsOne) {
  for (const auto& endpoint : endpoints()) {
    if (!endpoint.needs_token || endpoint.goes_without) continue;
    expect_problem(401, "token_missing",
                   send({.method = endpoint.method, .path = endpoint.path, .body = endpoint.body}));
  }
}

TEST(AccessToken, IsCheckedByEveryEndpointThatNeedsOne) {
  const auto stranger_key = SigningKey{.kid = signing_keys().front().kid, .secret = std::string(32, 'k')};
  Person forger = person;
  forger.access_token = sign(claims_of(person.id), stranger_key);
  for (const auto& endpoint : endpoints()) {
    if (!endpoint.needs_token) continue;
    Request request = forger.request(endpoint.method, endpoint.path);
    request.body = endpoint.body;
    expect_problem(401, "token_invalid", send(request));
  }
}

TEST(AccessToken, IsTakenFromTheTestsOwnForge) { expect_status(200, me_as(sign(claims_of(person.id)))); }

TEST(AccessToken, IsTakenWithThePreviousKey) {
  CHECK_TRUE(signing_keys().size() >= 2);
  expect_status(200, me_as(sign(claims_of(person.id), signing_keys()[1])));
}

// RFC 9110, section 11.4.
TEST(AccessToken, MayStandBehindSeveralSpaces) {
  expect_status(200, me_with("Bearer  " + person.access_token));
  expect_status(200, me_with("bearer     " + person.access_token));
}

TEST(AccessToken, MustBeABearerToken) {
  LONGS_EQUAL(401, me_with("Basic QWRhOnNlY3JldA==").status);
  LONGS_EQUAL(401, me_with("Bearer ").status);
  LONGS_EQUAL(401, me_with(person.access_token).status);
}

TEST(AccessToken, MustBeAWellFormedToken) {
  for (const char* text : {"x", "a.b", "a.b.c", "a.b.c.d", "..", "eyJhbGciOiJIUzI1NiJ9.e30.", "%00", "null"}) {
    expect_problem(401, "token_invalid", me_as(text));
  }
}

TEST(AccessToken, IsRefusedOnceExpired) {
  expect_problem(401, "token_expired", me_as(sign(claims_of(person.id, 7200))));
}

TEST(AccessToken, IsRefusedWithoutASignature) {
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id), signing_keys().front(), JWT_ALG_NONE)));
}

TEST(AccessToken, IsRefusedWithASignatureCutOff) {
  const auto token = sign(claims_of(person.id));
  expect_problem(401, "token_invalid", me_as(token.substr(0, token.rfind('.') + 1)));
}

TEST(AccessToken, IsRefusedWithAnotherAlgorithm) {
  for (const auto alg : {JWT_ALG_HS384, JWT_ALG_HS512}) {
    expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id), signing_keys().front(), alg)));
  }
}

TEST(AccessToken, IsRefusedWithAnotherKey) {
  const std::string other_secret(signing_keys().front().secret.size(), 'k');
  const SigningKey known_kid{.kid = signing_keys().front().kid, .secret = other_secret};
  const SigningKey unknown_kid{.kid = "nobody", .secret = other_secret};
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id), known_kid)));
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id), unknown_kid)));
}

TEST(AccessToken, IsRefusedUnderTheNameOfAnotherKey) {
  CHECK_TRUE(signing_keys().size() >= 2);
  const SigningKey swapped{.kid = signing_keys()[1].kid, .secret = signing_keys()[0].secret};
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id), swapped)));
}

TEST(AccessToken, IsRefusedWithAClaimOfSomebodyElse) {
  for (const char* claim : {"iss", "aud", "typ"}) {
    expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id).set(claim, "somebody-else"))));
  }
}

TEST(AccessToken, IsRefusedWithoutAClaimItNeeds) {
  for (const char* claim : {"iss", "aud", "typ", "sub", "exp", "iat"}) {
    expect_problem(401, "token_invalid", me_as(sign(claims_without(claim, person.id))));
  }
}

TEST(AccessToken, IsRefusedWithAClaimOfTheWrongType) {
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id).set("exp", "9999999999"))));
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id).set("sub", 7))));
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id).set("sub", "nobody").set("id", "nobody"))));
}

TEST(AccessToken, IsRefusedWithAChangedPayload) {
  const auto other = make_person();
  const auto mine = sign(claims_of(person.id)), theirs = sign(claims_of(other.id));
  const auto mixed = theirs.substr(0, theirs.rfind('.')) + mine.substr(mine.rfind('.'));
  expect_problem(401, "token_invalid", me_as(mixed));
}

TEST(AccessToken, IsRefusedWhenItIsHuge) {
  expect_problem(401, "token_invalid", me_as(sign(claims_of(person.id).set("padding", std::string(4000, 'x')))));
}

TEST(AccessToken, IsNoRefreshToken) { expect_problem(401, "token_invalid", me_as(register_person().refresh_token)); }
