#include "auth/access_token.h"

#include "http/reply.h"
#include "support/fakes.h"
#include "support/token_forge.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::auth;
using namespace ticketd::tests;
using ticketd::e2e::sign;

TEST_GROUP(AccessTokens) {
  FixedClock clock;
  SeededRandom random;
  Config config;
  const UserId user = UserId::make(clock.now(), random);
  const SessionId session = SessionId::make(clock.now(), random);
  AccessTokens tokens{config};
  Json claims = Json::object();

  void setup() override {
    config.jwt_keys = {{"new", std::string(32, 'n')}, {"old", std::string(32, 'o')}};
    config.jwt_issuer = "ticketd";
    config.jwt_audience = "people";
    config.access_ttl_s = 900;
    claims.set("iss", "ticketd").set("aud", "people").set("typ", "access").set("sub", user.str());
    claims.set("iat", epoch_s(clock.now())).set("exp", epoch_s(clock.now()) + 900);
  }
  std::string verdict(const std::string& token) {
    const auto result = tokens.verify(token, clock.now());
    return result.ok() ? "accepted" : std::string(http::name_of(result.refusal().code));
  }
  std::string forged(const std::string& kid = "new", const std::string& secret = std::string(32, 'n'),
                     jwt_alg_t alg = JWT_ALG_HS256) {
    return sign(claims, {kid, secret}, alg);
  }
};

TEST(AccessTokens, AcceptsWhatItIssued) {
  const auto result = tokens.verify(tokens.issue(user, session, clock.now(), random), clock.now());
  CHECK_TRUE(result.ok() && result->user == user && result->session == session);
}

TEST(AccessTokens, AcceptsOneOfAnEarlierVersionThatNamesNoSession) {
  const auto result = tokens.verify(forged(), clock.now());
  CHECK_TRUE(result.ok() && !result->session);
}

TEST(AccessTokens, TellsTheTimeOfIssueToTheMillisecond) {
  clock.tick(milliseconds(789));
  CHECK_TRUE(tokens.verify(tokens.issue(user, session, clock.now(), random), clock.now())->issued_at == clock.now());
}

TEST(AccessTokens, AcceptsTheForgersGoodToken) { expect_text("accepted", verdict(forged())); }

TEST(AccessTokens, ExpiresAfterItsLife) {
  const auto token = tokens.issue(user, session, clock.now(), random);
  clock.tick(seconds(900) - milliseconds(1));
  expect_text("accepted", verdict(token));
  clock.tick(milliseconds(1));
  expect_text("token_expired", verdict(token));
}

TEST(AccessTokens, LivesNoLongerThanTokensDoNowWhateverItSays) {
  config.access_ttl_s = 3'600;
  const auto token = tokens.issue(user, session, clock.now(), random);
  config.access_ttl_s = 60;  // as after a restart with a new setting
  clock.tick(seconds(60) - milliseconds(1));
  expect_text("accepted", verdict(token));
  clock.tick(milliseconds(1));
  expect_text("token_expired", verdict(token));
}

TEST(AccessTokens, LivesNoLongerThanItSays) {
  const auto token = tokens.issue(user, session, clock.now(), random);
  config.access_ttl_s = 3'600;
  clock.tick(seconds(900));
  expect_text("token_expired", verdict(token));
}

// The clock was wrong then: it would outlive the next new password.
TEST(AccessTokens, RefusesWhatWasIssuedLaterThanNow) {
  const auto token = tokens.issue(user, session, clock.now() + seconds(60), random);
  expect_text("accepted", verdict(token));
  clock.tick(milliseconds(-1));
  expect_text("token_invalid", verdict(token));
}

TEST(AccessTokens, KnowsMoreTokensThanItRemembers) {
  const auto first = tokens.issue(user, session, clock.now(), random);
  for (int i = 0; i < 9'000; ++i)
    CHECK_TRUE(tokens.verify(tokens.issue(user, session, clock.now(), random), clock.now())->user == user);
  expect_text("accepted", verdict(first));
}

TEST(AccessTokens, HasADifferentIdEachTime) {
  CHECK_FALSE(tokens.issue(user, session, clock.now(), random) == tokens.issue(user, session, clock.now(), random));
}

TEST(AccessTokens, RefusesAnotherIssuerAudienceOrType) {
  for (const auto* claim : {"iss", "aud", "typ"}) {
    const auto right = claims[claim];
    for (const auto& wrong : {Json("other"), Json(""), Json(7), Json(), Json::array().push(right)}) {
      claims.set(claim, wrong);
      STRCMP_EQUAL_TEXT("token_invalid", verdict(forged()).c_str(), claim);
    }
    claims.set(claim, right);
  }
}

TEST(AccessTokens, RefusesASubjectThatIsNoId) {
  for (const auto& wrong : {Json("7"), Json(""), Json(7), Json()}) {
    claims.set("sub", wrong);
    expect_text("token_invalid", verdict(forged()));
  }
}

TEST(AccessTokens, RefusesAnExpiryThatIsNoNumber) {
  const auto exp = claims["exp"].integer();
  for (const auto& wrong : {Json(std::to_string(exp)), Json(), *Json::parse("1e12"), Json(true), Json(0), Json(-5)}) {
    claims.set("exp", wrong);
    expect_text("token_invalid", verdict(forged()));
  }
}

TEST(AccessTokens, RefusesATimeBeyondTheCalendar) {
  claims.set("iat", INT64_MAX);
  expect_text("token_invalid", verdict(forged()));
}

TEST(AccessTokens, RefusesATokenThatIsNotValidYet) {
  claims.set("nbf", epoch_s(clock.now()) + 1);
  expect_text("token_invalid", verdict(forged()));
  clock.tick(seconds(1));
  expect_text("accepted", verdict(forged()));
}

TEST(AccessTokens, RefusesOtherAlgorithmsWithTheRightKey) {
  const std::string secret(32, 'n');
  expect_text("token_invalid", verdict(forged("new", secret, JWT_ALG_HS384)));
  expect_text("token_invalid", verdict(forged("new", secret, JWT_ALG_HS512)));
}

TEST(AccessTokens, RefusesATokenWithoutASignature) {
  expect_text("token_invalid", verdict(forged("new", "", JWT_ALG_NONE)));
  const auto good = forged();
  expect_text("token_invalid", verdict(good.substr(0, good.rfind('.') + 1)));
  expect_text("token_invalid", verdict(good.substr(0, good.rfind('.'))));
}

TEST(AccessTokens, RefusesAnotherKey) {
  expect_text("token_invalid", verdict(forged("new", std::string(32, 'x'))));
  expect_text("token_invalid", verdict(forged("new", std::string(32, 'o'))));
}

TEST(AccessTokens, StillAcceptsThePreviousKey) {
  expect_text("accepted", verdict(forged("old", std::string(32, 'o'))));
}

TEST(AccessTokens, SignsWithTheNewestKey) {
  const auto token = tokens.issue(user, session, clock.now(), random);
  config.jwt_keys = {{"old", std::string(32, 'o')}};
  expect_text("token_invalid", verdict(token));
}

TEST(AccessTokens, RefusesAnUnknownKid) { expect_text("token_invalid", verdict(forged("other"))); }

TEST(AccessTokens, RefusesATokenCutAnywhere) {
  const auto token = tokens.issue(user, session, clock.now(), random);
  for (std::size_t size = 0; size < token.size(); ++size) expect_text("token_invalid", verdict(token.substr(0, size)));
}

TEST(AccessTokens, RefusesATokenChangedAnywhere) {
  const auto token = tokens.issue(user, session, clock.now(), random);
  for (std::size_t at = 0; at < token.size(); ++at) {
    auto changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    STRCMP_EQUAL_TEXT("token_invalid", verdict(changed).c_str(), changed.c_str());
  }
}

TEST(AccessTokens, RefusesWhatFollowsAToken) {
  for (const auto& tail :
       {std::string("."), std::string(".x"), std::string("="), std::string(" "), std::string(1, '\0')})
    expect_text("token_invalid", verdict(forged() + tail));
}

TEST(AccessTokens, RefusesMoreThan4KiBUnread) {
  claims.set("pad", std::string(3'500, 'x'));
  expect_text("token_invalid", verdict(forged()));
  expect_text("token_invalid", verdict(std::string(64 * 1024 * 1024, 'a')));
}

TEST(AccessTokens, RefusesWhatIsNoToken) {
  for (const auto* text : {"", ".", "..", "...", "a.b.c", "e30.e30.", "e30.e30.x", "\xff\xfe.\x80.x"})
    STRCMP_EQUAL_TEXT("token_invalid", verdict(text).c_str(), text);
}
