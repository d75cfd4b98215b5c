// The gate at the entrance: exact limits whoever counts, the list of refused tokens, and nobody shut out
// while Redis is away.
#include "auth/gate.h"

#include <atomic>

#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(Gate, IntegrationTest) {
  Cell unreachable{0};
  auth::Cache cache{stores().cache, unreachable};
  auth::Gate gate{cache};
  const std::string caller = fresh_word();
  const UserId user = fresh<UserId>();
  const SessionId session = fresh<SessionId>();
  const auth::AccessClaims token{user, session, now()};
  using Rule = std::optional<RateRule>;

  void setup() override { flush(stores().cache); }
  void teardown() override { LONGS_EQUAL(0, unreachable); }

  auth::Passage enter(const Rule& rule) { return gate.enter("reads", caller, rule, token); }
  auth::Passage ask() { return gate.enter("reads", caller, std::nullopt, token); }
  void load(const std::vector<std::pair<Uuid, Time>>& list) { gate.load_tokens_valid_after(list); }
};

TEST(Gate, CountsDownAndThenRefuses) {
  const Rule rule = RateRule{2, 60};
  LONGS_EQUAL(1, enter(rule).rate->remaining);
  CHECK(enter(rule).rate->allowed);
  const auto third = enter(rule);
  CHECK_FALSE(third.rate->allowed);
  LONGS_EQUAL(0, third.rate->remaining);
  CHECK(third.rate->reset_s > 50 && third.rate->reset_s <= 60);
}

TEST(Gate, TheLimitIsExactForManyThreadsAndTwoGates) {
  redis::Pool other_pool(stores().cache_url, 5'000);
  auth::Cache other_cache(other_pool, unreachable);
  auth::Gate other(other_cache);
  std::atomic<int> allowed = 0;
  at_once(32, [&](int i) {
    for (int n = 0; n < 10; ++n)
      allowed += (i % 2 == 0 ? gate : other).enter("reads", caller, RateRule{100, 60}, token).rate->allowed ? 1 : 0;
  });
  LONGS_EQUAL(100, allowed);
}

// The control of the test above: counting in two steps, as many do, lets more through.
TEST(Gate, ALimitThatIsReadAndThenRaisedIsNotExact) {
  std::atomic<int> allowed = 0;
  at_once(32, [&](int) {
    auto redis = stores().cache.take();
    for (int n = 0; n < 10; ++n) {
      const auto count = std::atoi(std::string(redis->command({"GET", caller}).text()).c_str());
      if (count >= 100) continue;
      redis->command({"SET", caller, std::to_string(count + 1)});
      ++allowed;
    }
  });
  CHECK(allowed > 100);
}

TEST(Gate, AWindowEndsAndTheCountBeginsAnew) {
  const Rule rule = RateRule{1, 1};
  CHECK(enter(rule).rate->allowed);
  CHECK_FALSE(enter(rule).rate->allowed);
  CHECK(e2e::await([&] { return enter(rule).rate->allowed; }, seconds(5)));
}

TEST(Gate, CallersAndClassesAreCountedApart) {
  const Rule rule = RateRule{1, 60};
  CHECK(enter(rule).rate->allowed);
  CHECK(gate.enter("booking", caller, rule, token).rate->allowed);
  CHECK(gate.enter("reads", fresh_word(), rule, token).rate->allowed);
}

TEST(Gate, WhatIsGivenBackIsNotCounted) {
  const Rule rule = RateRule{2, 60};
  enter(rule);
  gate.give_back("reads", caller, *rule);
  LONGS_EQUAL(1, enter(rule).rate->remaining);
}

TEST(Gate, WhatIsGivenBackTooLateEndsWithItsWindow) {
  const Rule rule = RateRule{2, 60};
  gate.give_back("reads", caller, *rule);
  const auto key = "ticketd:rate:reads:" + caller;
  CHECK(stores().cache.take()->command({"TTL", key}).integer() > 50);
}

TEST(Gate, WithoutARuleNothingIsCounted) {
  CHECK_FALSE(ask().rate.has_value());
  LONGS_EQUAL(0, stores().cache.take()->command({"DBSIZE"}).integer());
}

TEST(Gate, DoesNotKnowTheTokensBeforeTheyAreLoaded) {
  CHECK_FALSE(ask().tokens_known);
  load({});
  CHECK(ask().tokens_known);
  CHECK_FALSE(ask().tokens_valid_after.has_value());
}

TEST(Gate, TellsSinceWhenAPersonsTokensCount) {
  const auto at = now();
  load({{user.uuid, at}, {fresh<UserId>().uuid, at + seconds(1)}});
  CHECK(ask().tokens_valid_after == at);
}

TEST(Gate, ALaterPasswordIsAddedToTheList) {
  const auto at = now();
  load({{user.uuid, at}});
  gate.refuse_tokens_before(user, at + seconds(5));
  CHECK(ask().tokens_valid_after == at + seconds(5));
}

TEST(Gate, AnEndedSessionHasNoTokensThatCount) {
  load({});
  gate.refuse_session(session);
  CHECK(ask().tokens_valid_after > now() + std::chrono::hours(24));
  stores().cache.command({"DEL", "ticketd:tokens"});
  CHECK(gate.find_last_known(token)->tokens_valid_after > now() + std::chrono::hours(24));
  CHECK_FALSE(gate.enter("reads", caller, {}, auth::AccessClaims{user, fresh<SessionId>(), now()}).tokens_valid_after);
}

TEST(Gate, TheLaterOneOfThePersonsAndTheSessionsCounts) {
  const auto at = now();
  load({{user.uuid, at}, {session.uuid, at + seconds(1)}});
  CHECK(ask().tokens_valid_after == at + seconds(1));
  gate.refuse_tokens_before(user, at + seconds(5));
  CHECK(ask().tokens_valid_after == at + seconds(5));
}

TEST(Gate, LoadingDoesNotUndoALaterPassword) {
  const auto at = now();
  gate.refuse_tokens_before(user, at + seconds(5));
  CHECK_FALSE(ask().tokens_known);
  load({{user.uuid, at}});
  CHECK(ask().tokens_valid_after == at + seconds(5));
}

TEST(Gate, ARedisThatForgotEverythingIsLoadedAgain) {
  load({{user.uuid, now()}});
  flush(stores().cache);
  CHECK_FALSE(ask().tokens_known);
  CHECK_FALSE(ask().tokens_valid_after.has_value());
}

TEST(Gate, TheListIsLoadedAnewAfterHalfAMinute) {
  load({{user.uuid, now()}});
  const auto ttl_s = stores().cache.take()->command({"TTL", "ticketd:tokens"}).integer();
  CHECK(ttl_s > 25 && ttl_s <= 30);
}

TEST(Gate, TheLastListIsKeptForWhenThereIsNoOther) {
  const auto at = now();
  CHECK_FALSE(gate.find_last_known(token).has_value());
  load({{user.uuid, at}});
  stores().cache.command({"DEL", "ticketd:tokens"});
  CHECK(gate.find_last_known(token)->tokens_valid_after == at);
  CHECK_FALSE(gate.find_last_known({fresh<UserId>(), {}, now()})->tokens_valid_after.has_value());
  gate.refuse_tokens_before(user, at + seconds(5));
  CHECK(gate.find_last_known(token)->tokens_valid_after == at + seconds(5));
  load({});  // with the newer one, which this list does not know yet
  CHECK(gate.find_last_known(token)->tokens_valid_after == at + seconds(5));
  stores().cache.command({"DEL", "ticketd:tokens"});
  load({});
  CHECK_FALSE(gate.find_last_known(token)->tokens_valid_after.has_value());
}

TEST(Gate, KilledConnectionsAreReplaced) {
  const Rule rule = RateRule{5, 60};
  enter(rule);
  kill_clients(stores().cache);
  LONGS_EQUAL(3, enter(rule).rate->remaining);
}

TEST_GROUP_BASE(GateWithoutRedis, IntegrationTest) {
  redis::Pool nowhere{"redis://127.0.0.1:1/0", 200};
  Cell unreachable{0};
  auth::Cache cache{nowhere, unreachable};
  auth::Gate gate{cache};
};

TEST(GateWithoutRedis, EverybodyIsLetThroughAndCounted) {
  const auto passage = gate.enter("reads", "anyone", RateRule{1, 60}, std::nullopt);
  CHECK_FALSE(passage.reachable || passage.rate.has_value() || passage.tokens_known);
  LONGS_EQUAL(1, unreachable);
}

}  // namespace ticketd::tests
