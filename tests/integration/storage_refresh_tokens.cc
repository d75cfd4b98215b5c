// Refresh tokens: used once, revoked by family, whatever happens at the same time.
#include "storage/refresh_tokens.h"

#include <algorithm>
#include <atomic>

#include "storage/users.h"
#include "support/fakes.h"
#include "support/fixtures.h"
#include "support/integration_test.h"

namespace ticketd::tests {

using storage::RefreshToken;

TEST_GROUP_BASE(StorageRefreshTokens, IntegrationTest) {
  const UserId user = make_user();
  const SessionId family = fresh<SessionId>();

  RefreshToken new_token() const { return {fresh_word().substr(0, 32), family, user, now() + seconds(60)}; }
  RefreshToken insert() const {
    const auto token = new_token();
    commit([&](pqxx::work& tx) { storage::insert_refresh_token(tx, token, now()); });
    return token;
  }
  static bool use(const RefreshToken& token, Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::update_token_used(tx, token.hash, at).has_value(); });
  }
  static std::optional<SessionId> update_session_ended(const RefreshToken& token, Time at = now()) {
    return commit([&](pqxx::work& tx) { return storage::update_session_ended(tx, token.hash, at); });
  }

  // Runs `revoke` on another session while a rotation has taken `old` and added its successor but not committed yet;
  // says whether the successor can be used in the end.
  template <class Take, class Revoke>
  bool successor_survives(Take take, Revoke revoke) const {
    const auto successor = new_token();
    auto rotating = open_session(), revoking = open_session();
    const int revoking_pid = revoking.get().backendpid();
    pqxx::work rotation(rotating.get());
    take(rotation);
    std::jthread other([&] {
      pqxx::work tx(revoking.get());
      revoke(tx);
      tx.commit();
    });
    // It waits for the rotation, or has ended without.
    CHECK(await_blocked_or_done(revoking_pid));
    storage::insert_refresh_token(rotation, successor, now());
    rotation.commit();
    other.join();
    return use(successor);
  }
};

TEST(StorageRefreshTokens, ATokenCanBeUsedOnce) {
  const auto token = insert();
  CHECK(use(token));
  CHECK_FALSE(use(token));
}

TEST(StorageRefreshTokens, OneOfSixteenAtOnceGetsIt) {
  const auto token = insert();
  std::atomic<int> won = 0;
  at_once(16, [&](int) { won += use(token) ? 1 : 0; });
  LONGS_EQUAL(1, won);
}

TEST(StorageRefreshTokens, AnExpiredTokenCannotBeUsed) {
  const auto token = insert();
  CHECK_FALSE(use(token, token.expires_at));
}

TEST(StorageRefreshTokens, EverySessionThatBeganBeforeEndsInPieces) {
  const auto old = insert(), used = insert(), revoked = insert();
  CHECK(use(used));
  sql("UPDATE refresh_tokens SET revoked_at = now() WHERE encode(token_hash, 'escape') = $1", revoked.hash);
  const auto bound = SessionId::make(now() + seconds(1), chance());  // ids of one millisecond have no order
  const RefreshToken later = {fresh_word().substr(0, 32), SessionId::make(now() + seconds(2), chance()), user,
                              now() + seconds(60)};
  commit([&](pqxx::work& tx) { storage::insert_refresh_token(tx, later, now()); });
  const auto piece = [&](const std::string& after) {
    return commit([&](pqxx::work& tx) { return storage::delete_tokens_of_sessions(tx, bound, after); });
  };
  const auto first = piece(storage::kBeforeAllTokens);
  CHECK(first.sessions >= 1 && !first.last.empty());
  expect_text("", piece(first.last).last);
  CHECK_FALSE(use(old) || commit([&](pqxx::work& tx) { return storage::find_used_refresh_token(tx, used.hash); }));
  LONGS_EQUAL(1, sql_number("SELECT count(*) FROM refresh_tokens WHERE family_id = $1", family.str()));
  CHECK(use(later));
}

TEST(StorageRefreshTokens, AnUnknownTokenCannotBeUsed) { CHECK_FALSE(use(new_token())); }

TEST(StorageRefreshTokens, AUsedTokenTellsWhenItWasUsed) {
  const auto token = insert();
  const auto at = now();
  use(token, at);
  const auto used = commit([&](pqxx::work& tx) { return storage::find_used_refresh_token(tx, token.hash); });
  CHECK(used->used_at == at);
  CHECK(used->token.family == family);
  CHECK(used->token.expires_at == token.expires_at);
}

// Holding one lock while it waits for the others, a replay and a new password would wait for each other.
TEST(StorageRefreshTokens, LookingForAUsedTokenHoldsNobodyUp) {
  const auto token = insert();
  use(token);
  auto looking = open_session();
  pqxx::work tx(looking.get());
  CHECK(storage::find_used_refresh_token(tx, token.hash).has_value());
  commit([&](pqxx::work& other) { storage::update_sessions_revoked(other, user, SystemClock()); });
  CHECK_FALSE(storage::lock_refresh_token(tx, token.hash));
}

TEST(StorageRefreshTokens, RevokingAFamilyRevokesAllOfIt) {
  const auto first = insert(), second = insert();
  commit([&](pqxx::work& tx) { storage::update_session_revoked(tx, family, now()); });
  CHECK_FALSE(use(first));
  CHECK_FALSE(use(second));
}

// Whoever refreshes all day leaves more used ones than could be marked in time.
TEST(StorageRefreshTokens, RevokingAFamilyMarksWhatCanBeUsedYet) {
  const auto old = insert(), recent = insert(), live = insert();
  CHECK(use(old, now() - seconds(90)));
  CHECK(use(recent));
  CHECK(commit([&](pqxx::work& tx) { return storage::update_session_revoked(tx, family, now()); }));
  const auto is_marked = [](const RefreshToken& token) {
    return !commit([&](pqxx::work& tx) { return storage::find_used_refresh_token(tx, token.hash).has_value(); });
  };
  CHECK_FALSE(is_marked(old));
  CHECK(is_marked(recent));
  CHECK_FALSE(use(live));
  CHECK_FALSE(commit([&](pqxx::work& tx) { return storage::update_session_revoked(tx, family, now()); }));
}

TEST(StorageRefreshTokens, AnotherFamilyStaysValid) {
  const auto token = insert();
  commit([&](pqxx::work& tx) { storage::update_session_revoked(tx, fresh<SessionId>(), now()); });
  CHECK(use(token));
}

TEST(StorageRefreshTokens, LoggingOutRevokesTheWholeFamily) {
  const auto first = insert(), second = insert();
  CHECK(update_session_ended(first).has_value());
  CHECK_FALSE(use(second));
}

TEST(StorageRefreshTokens, TheAccessTokensOfAnEndedSessionAreRefused) {
  const auto token = insert();
  const auto other = fresh<SessionId>();
  const auto at = now();
  const auto refused = [&](SessionId session, Time since) {
    return commit([&](pqxx::work& tx) {
      const auto one = storage::is_token_revoked(tx, user, session, at, since);
      const auto list = storage::list_revocations(tx, since, at);
      LONGS_EQUAL(one ? 1 : 0, std::ranges::count(list, std::pair(session.uuid, at)));
      return one;
    });
  };
  CHECK_FALSE(refused(family, at - seconds(1)));
  CHECK(update_session_ended(token, at) == family);
  CHECK(refused(family, at - seconds(1)));
  CHECK_FALSE(refused(family, at));  // a token that old has expired
  CHECK_FALSE(refused(other, at - seconds(1)));
}

// However the clocks of several hosts differ: the session's end says nothing about its tokens' times.
TEST(StorageRefreshTokens, ASessionThatEndedBeforeTheNewPasswordStaysEnded) {
  const auto token = insert();
  const auto at = now();
  commit([&](pqxx::work& tx) { storage::update_password(tx, user, "hash", FixedClock(at)); });
  const auto list = commit([&](pqxx::work& tx) { return storage::list_revocations(tx, at - seconds(1), at); });
  LONGS_EQUAL(1, std::ranges::count(list, std::pair(user.uuid, at + milliseconds(1))));
  LONGS_EQUAL(1, std::ranges::count(list, std::pair(family.uuid, at)));
}

TEST(StorageRefreshTokens, ListsTheSessionsThatWereRefreshedTheLongestAgo) {
  const auto oldest = [&](int keep) {
    return commit([&](pqxx::work& tx) { return storage::list_oldest_sessions(tx, user, keep); });
  };
  std::vector<SessionId> sessions;
  for (int i = 0; i < 3; ++i) {
    sessions.push_back(fresh<SessionId>());
    auto token = new_token();
    token.family = sessions.back();
    commit([&](pqxx::work& tx) { storage::insert_refresh_token(tx, token, now() + seconds(i)); });
  }
  CHECK(oldest(3).empty());
  CHECK((oldest(1) == std::vector{sessions[1], sessions[0]}));
  commit([&](pqxx::work& tx) { storage::update_session_revoked(tx, sessions[1], now()); });
  CHECK((oldest(1) == std::vector{sessions[0]}));
}

// Whoever did it may not have lived to tell the others.
TEST(StorageRefreshTokens, LoggingOutTwiceFindsTheSessionThatEnded) {
  const auto token = insert();
  update_session_ended(token);
  CHECK(update_session_ended(token) == family);
}

TEST(StorageRefreshTokens, LoggingOutWithAnExpiredTokenFindsNothing) {
  const auto token = insert();
  CHECK_FALSE(update_session_ended(token, token.expires_at).has_value());
  CHECK(use(token));
}

TEST(StorageRefreshTokens, ANewPasswordRevokesAllOfThePersons) {
  const auto token = insert();
  commit([&](pqxx::work& tx) { storage::update_password(tx, user, "hash", SystemClock()); });
  CHECK_FALSE(use(token));
}

TEST(StorageRefreshTokens, ARevokedFamilyTakesTheRotationInFlightWithIt) {
  const auto old = insert();
  CHECK_FALSE(successor_survives([&](auto& tx) { storage::update_token_used(tx, old.hash, now()); },
                                 [&](auto& tx) { storage::update_session_revoked(tx, family, now()); }));
}

TEST(StorageRefreshTokens, LoggingOutTakesTheRotationInFlightWithIt) {
  const auto old = insert();
  CHECK_FALSE(successor_survives([&](auto& tx) { storage::update_token_used(tx, old.hash, now()); },
                                 [&](auto& tx) { storage::update_session_ended(tx, old.hash, now()); }));
}

TEST(StorageRefreshTokens, ANewPasswordTakesTheRotationInFlightWithIt) {
  const auto old = insert();
  CHECK_FALSE(successor_survives([&](auto& tx) { storage::update_token_used(tx, old.hash, now()); },
                                 [&](auto& tx) { storage::update_password(tx, user, "hash", SystemClock()); }));
}

}  // namespace ticketd::tests
