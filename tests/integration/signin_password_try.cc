// How often a password may be tried, and what a try tells.
#include "signin/password_try.h"

#include "auth/device_token.h"

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(PasswordTry, IntegrationTest) {
  static constexpr const char* kHome = "192.0.2.1";

  App app{settings(), "test", 1};
  const storage::User user{fresh<UserId>(), "user", std::nullopt, fresh_word() + "@example.com", now(), now()};
  const std::optional<storage::Account> owner = storage::Account{user, app.passwords.hash("right", auth::Turn::known)};
  const std::string device = auth::make_device_token(user.id, app.config.session_keys.front(), app.random);

  void setup() override { flush(stores().cache); }

  static Config settings() {
    auto config = settings_of_stores();
    config.session_keys = {{"key", std::string(32, 'k')}};
    config.login_pair = RateRule{3, 900};
    config.login_network = RateRule{3, 900};
    config.login_account = RateRule{6, 3'600};
    return config;
  }

  // right, wrong or wait
  std::string try_it(const std::string& password, const std::string& from, const std::string& device_token = "") {
    return outcome({user.email, owner, password, device_token, from});
  }
  std::string guess_anybodys(const std::string& from) {
    return outcome({fresh_word() + "@example.com", std::nullopt, "wrong", "", from});
  }
  std::string outcome(const PasswordTry& attempt) {
    const auto tried = try_password(app, attempt);
    if (!tried.ok()) return tried.refusal().code == Code::rate_limited ? "wait" : "busy";
    return tried->is_right ? "right" : "wrong";
  }
  // Wrong ones by strangers, until no stranger gets any further.
  void use_up_the_account() {
    for (int i = 0; i < 6; ++i) expect_text("wrong", try_it("wrong", "198.51.100." + std::to_string(i)));
  }
};

// Each of 32 networks is within its limit, and would be for good.
TEST(PasswordTry, NetworksOfOneSiteShareItsTries) {
  int wrong = 0;
  for (int i = 0; i < 32; ++i) {
    if (guess_anybodys("2001:db8:0:" + std::to_string(i) + "::1") == "wrong") ++wrong;
  }
  LONGS_EQUAL(4 * 3, wrong);
}

TEST(PasswordTry, ARightOneOnlyTakesItsOwnBack) {
  for (int i = 0; i < 5; ++i) expect_text("right", try_it("right", kHome));
  for (int i = 0; i < 2; ++i) expect_text("wrong", try_it("wrong", kHome));
  expect_text("right", try_it("right", kHome));
  expect_text("wrong", try_it("wrong", kHome));
  expect_text("wait", try_it("right", kHome));
}

// Whoever shares an address with an owner learns nothing, and an owner without a device token gets in.
TEST(PasswordTry, WhereTheAccountIsUsedUpTellsNobodyWhereItsOwnerWas) {
  expect_text("right", try_it("right", kHome));
  use_up_the_account();
  expect_text("wait", try_it("wrong", kHome));
  expect_text("wait", try_it("wrong", "192.0.2.2"));
  expect_text("wait", try_it("right", "192.0.2.2"));
  expect_text("right", try_it("right", kHome));
}

// Nor does what those tries leave behind.
TEST(PasswordTry, CountsTheSameWhereverTheOwnerWas) {
  expect_text("right", try_it("right", kHome));
  for (int i = 0; i < 3; ++i) expect_text("wrong", try_it("wrong", kHome));
  for (int i = 0; i < 3; ++i) expect_text("wrong", try_it("wrong", "198.51.100." + std::to_string(i)));
  expect_text("wait", try_it("wrong", "198.51.100.9"));
}

TEST(PasswordTry, OfAKnownDeviceIsNotHeldUpByItsNeighbours) {
  for (int i = 0; i < 3; ++i) expect_text("wrong", try_it("wrong", kHome));
  expect_text("wait", guess_anybodys(kHome));
  expect_text("wait", try_it("right", kHome));
  expect_text("right", try_it("right", kHome, device));
}

TEST(PasswordTry, OfAKnownDeviceIsNotHeldUpByStrangers) {
  use_up_the_account();
  expect_text("right", try_it("right", kHome, device));
}

// A stolen device token is worth three tries more, whatever they give, and then none.
TEST(PasswordTry, OfAKnownDeviceIsAStrangersAfterAFew) {
  expect_text("right", try_it("right", kHome, device));
  for (int i = 0; i < 2 + 3; ++i) expect_text("wrong", try_it("wrong", kHome, device));
  expect_text("wait", try_it("right", kHome, device));
}

TEST(PasswordTry, OfADeviceOfSomebodyElseIsAStrangers) {
  const auto other = auth::make_device_token(fresh<UserId>(), app.config.session_keys.front(), app.random);
  use_up_the_account();
  expect_text("wait", try_it("right", kHome, other));
}

TEST(PasswordTry, OfAKnownDeviceIsHashedFirst) {
  CHECK(try_password(app, {user.email, owner, "right", device, kHome})->turn == auth::Turn::known);
  CHECK(try_password(app, {user.email, owner, "right", "", kHome})->turn == auth::Turn::stranger);
}

}  // namespace ticketd::tests
