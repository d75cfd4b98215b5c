// The exchange of refresh tokens, by several processes whose settings differ.
#include "signin/sessions.h"

#include "auth/opaque_token.h"
#include "base/json.h"

#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

TEST_GROUP_BASE(Sessions, IntegrationTest) {
  const UserId user = make_user();

  static Config settings(const std::vector<std::string>& key_ids) {
    auto config = settings_of_stores();
    config.access_ttl_s = 900;
    config.refresh_ttl_s = 3'600;
    for (const auto& id : key_ids) config.session_keys.push_back({id, std::string(32, id[0])});
    config.jwt_keys = {{"key", std::string(32, 'k')}};
    return config;
  }
  static std::string refresh_token_of(const JsonText& pair) {
    const auto json = Json::parse(pair.str());
    return json ? std::string((*json)["refresh_token"].text()) : "";
  }
  std::string sign_in(App & app) const {
    return refresh_token_of(commit([&](pqxx::work& tx) { return start_session(app, tx, user); }));
  }
  // Empty if refused.
  static std::string exchanged(App & app, const std::string& token) {
    const auto pair = refresh_session(app, token);
    return pair.ok() ? refresh_token_of(*pair) : "";
  }
};

// Whoever has the keys of access tokens, and a refresh token that was seen somewhere, does not have those that follow.
TEST(Sessions, TheKeysOfAccessTokensTellNoRefreshToken) {
  App app(settings({"s"}), "test", 1);
  const auto first = sign_in(app);
  const auto next = exchanged(app, first);
  CHECK_FALSE(next == auth::next_opaque_token(first, app.config.jwt_keys.front().secret));
  expect_text(auth::next_opaque_token(first, app.config.session_keys.front().secret), next);
}

// A release before made them with the keys of access tokens, which an upgrade takes along in second place.
TEST(Sessions, AHostThatIsUpgradedEndsNoSession) {
  App before(settings({"jwt"}), "test", 1), after(settings({"sessions", "jwt"}), "test", 1);
  const auto first = sign_in(before);
  const auto second = exchanged(before, first);
  expect_text(second, exchanged(after, first));  // the answer was lost
  CHECK_FALSE(exchanged(after, second).empty());
}

// Else the family had two branches, and in one of them a thief could live unseen.
TEST(Sessions, ANewSigningKeyDoesNotChangeWhatAReplayGets) {
  App before(settings({"old"}), "test", 1), after(settings({"new", "old"}), "test", 1);
  const auto first = sign_in(before);
  const auto next = exchanged(before, first);
  CHECK_FALSE(next.empty());
  expect_text(next, exchanged(after, first));
  CHECK_FALSE(exchanged(after, next).empty());
}

TEST(Sessions, AReplayGetsNothingWhereTheKeyIsGone) {
  App before(settings({"old"}), "test", 1), after(settings({"new"}), "test", 1);
  const auto first = sign_in(before);
  const auto next = exchanged(before, first);
  expect_text("", exchanged(after, first));
  CHECK_FALSE(exchanged(after, next).empty());
}

TEST(Sessions, AReplayGetsNothingOfASessionThatEnded) {
  App app(settings({"old"}), "test", 1);
  const auto first = sign_in(app);
  exchanged(app, first);
  commit([&](pqxx::work& tx) { storage::update_session_ended(tx, auth::hash_of(first), now()); });
  expect_text("", exchanged(app, first));
}

}  // namespace ticketd::tests
