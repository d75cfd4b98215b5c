// The gate at the entrance: exact limits whoever counts, the list of refused tokens, and nobody shut out
// while Redis is away.
#include "auth/gate.h"

#include <array>
#include <atomic>

#include "base/hex.h"

#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

TEST_GROUP_BASE(Gate, IntegrationTest) {
  Cell unreachable{0};
  auth::Cache cache{stores().cache, unreachable};
  auth::Gate gate{cache};
  const std::vector<auth::Network> caller{{fresh_word()}}, network{{fresh_word()}};
  const UserId user = fresh<UserId>();
  const SessionId session = fresh<SessionId>();
  const Time at = now();
  const auth::AccessClaims token{user, session, at};
  using Rule = std::optional<RateRule>;

  void setup() override { flush(stores().cache); }
  void teardown() override { LONGS_EQUAL(0, unreachable); }

  auth::Passage enter(const Rule& rule) { return gate.enter("reads", caller, network, rule, token); }
  auth::TokenState ask() {
    const auto state = gate.find_token(token);
    for (const auto& rule : {Rule(), Rule(RateRule{1'000, 60})}) {
      const auto entering = enter(rule).token;
      CHECK(entering.revoked == state.revoked && entering.read_at == state.read_at);
    }
    return state;
  }
  void read(const std::vector<std::pair<Uuid, Time>>& list) { gate.add_revocations(list, at, at - seconds(900)); }
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
  redis::RedisPool other_pool(stores().cache_url, 5'000);
  auth::Cache other_cache(other_pool, unreachable);
  auth::Gate other(other_cache);
  std::atomic<int> allowed = 0;
  at_once(32, [&](int i) {
    for (int n = 0; n < 10; ++n)
      allowed +=
          (i % 2 == 0 ? gate : other).enter("reads", caller, network, RateRule{100, 60}, token).rate->allowed ? 1 : 0;
  });
  LONGS_EQUAL(100, allowed);
}

// The control of the test above: counting in two steps, as many do, lets more through.
TEST(Gate, ALimitThatIsReadAndThenRaisedIsNotExact) {
  const auto name = fresh_word();
  std::atomic<int> allowed = 0;
  at_once(32, [&](int) {
    auto redis = stores().cache.take();
    for (int n = 0; n < 10; ++n) {
      const auto count = std::atoi(std::string(redis->command({"GET", name}).text()).c_str());
      if (count >= 100) continue;
      redis->command({"SET", name, std::to_string(count + 1)});
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
  const std::vector<auth::Network> other{{fresh_word()}};
  const Rule rule = RateRule{1, 60};
  CHECK(enter(rule).rate->allowed);
  CHECK(gate.enter("booking", caller, network, rule, token).rate->allowed);
  CHECK(gate.enter("reads", other, network, rule, token).rate->allowed);
}

// 512 networks of 64 bits, which are two of 56 bits and one of 48.
TEST(Gate, NetworksOfOneSiteShareItsLimit) {
  const Rule rule = RateRule{5, 60};
  int allowed = 0;
  for (int i = 0; i < 512; ++i) {
    const auto networks = auth::networks_of(
        "2001:db8:0:" + hex_of(std::array{static_cast<std::uint8_t>(i / 256), static_cast<std::uint8_t>(i % 256)}) +
        "::1");
    allowed += gate.enter("reads", networks, networks, rule, std::nullopt).rate->allowed ? 1 : 0;
  }
  LONGS_EQUAL(2 * 4 * 5, allowed);
}

// One that is refused is not counted for its neighbours.
TEST(Gate, ANetworkThatFloodsTakesItsOwnShareOfTheSite) {
  const Rule rule = RateRule{5, 60};
  const auto loud = auth::networks_of("2001:db8:0:1::1"), quiet = auth::networks_of("2001:db8:0:2::1");
  for (int i = 0; i < 100; ++i) gate.enter("reads", loud, loud, rule, std::nullopt);
  const auto rate = gate.enter("reads", quiet, quiet, rule, std::nullopt).rate;
  LONGS_EQUAL(4, rate->remaining);
  CHECK(rate->allowed);
}

// With less left than the network has itself.
TEST(Gate, TellsWhatTheSiteLeaves) {
  const Rule rule = RateRule{5, 60};
  for (const auto* address : {"2001:db8:0:1::1", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1"}) {
    const auto networks = auth::networks_of(address);
    for (int i = 0; i < 4; ++i) gate.enter("reads", networks, networks, rule, std::nullopt);
  }
  const auto networks = auth::networks_of("2001:db8:0:5::1");
  LONGS_EQUAL(3, gate.enter("reads", networks, networks, rule, std::nullopt).rate->remaining);
}

TEST(Gate, ARefusedTokenIsCountedForWhoeverSendsIt) {
  const Rule rule = RateRule{1, 60};
  gate.revoke_session(session, at);
  LONGS_EQUAL(0, enter(rule).rate->remaining);
  CHECK_FALSE(enter(rule).rate->allowed);
  LONGS_EQUAL(1, stores().cache.command({"EXISTS", "ticketd:rate:reads:" + network[0].name}).integer());
  LONGS_EQUAL(0, stores().cache.command({"EXISTS", "ticketd:rate:reads:" + caller[0].name}).integer());
}

TEST(Gate, ACounterWithoutAnEndGetsOne) {
  const auto key = "ticketd:rate:reads:" + caller[0].name;
  stores().cache.command({"SET", key, "1"});
  const auto rate = enter(RateRule{5, 60}).rate;
  LONGS_EQUAL(3, rate->remaining);
  LONGS_EQUAL(60, rate->reset_s);
  CHECK(stores().cache.command({"TTL", key}).integer() > 50);
}

TEST(Gate, WithoutARuleNothingIsCounted) {
  CHECK_FALSE(gate.enter("reads", caller, network, std::nullopt, token).rate.has_value());
  LONGS_EQUAL(0, stores().cache.take()->command({"DBSIZE"}).integer());
}

TEST(Gate, DoesNotKnowWhatIsRefusedBeforeItWasRead) {
  CHECK_FALSE(ask().read_at.has_value());
  read({});
  CHECK(ask().read_at == at);
  CHECK_FALSE(ask().revoked);
}

TEST(Gate, RefusesAPersonsTokensOfBefore) {
  read({{user.uuid, at}, {fresh<UserId>().uuid, at + seconds(1)}});
  CHECK_FALSE(ask().revoked);
  read({{user.uuid, at + milliseconds(1)}});
  CHECK(ask().revoked);
}

TEST(Gate, ANewPasswordCountsAtOnce) {
  read({});
  gate.revoke_tokens_before(user, at + milliseconds(1));
  CHECK(ask().revoked);
}

// Whenever its clock says that it was issued.
TEST(Gate, AnEndedSessionHasNoTokensThatCount) {
  read({});
  gate.revoke_session(session, at - seconds(60));
  CHECK(ask().revoked);
  CHECK_FALSE(gate.find_token({user, fresh<SessionId>(), at}).revoked);
  CHECK_FALSE(gate.find_token({user, std::nullopt, at}).revoked);
}

TEST(Gate, ReadingDoesNotUndoALaterPassword) {
  gate.revoke_tokens_before(user, at + seconds(5));
  CHECK_FALSE(ask().read_at.has_value());
  read({{user.uuid, at}});
  CHECK(ask().revoked);
}

TEST(Gate, ARedisThatForgotEverythingIsNotComplete) {
  read({{user.uuid, at + seconds(1)}});
  flush(stores().cache);
  CHECK_FALSE(ask().read_at || ask().revoked);
}

TEST(Gate, KeepsWhatWasReadBeforeAndDropsWhatIsTooOld) {
  read({{user.uuid, at + seconds(1)}, {session.uuid, at}});
  gate.add_revocations({}, at + seconds(30), at);
  CHECK(ask().read_at == at + seconds(30));
  LONGS_EQUAL(3, stores().cache.command({"ZCARD", "ticketd:refused"}).integer());
  gate.add_revocations({}, at + seconds(31), at + seconds(2));
  CHECK(ask().read_at == at + seconds(31));
  CHECK_FALSE(ask().revoked);
  LONGS_EQUAL(1, stores().cache.command({"ZCARD", "ticketd:refused"}).integer());
}

TEST(Gate, TakesAListOfAHundredThousand) {
  std::vector<std::pair<Uuid, Time>> list;
  for (int i = 0; i < 100'000; ++i) list.emplace_back(fresh<SessionId>().uuid, at);
  list.emplace_back(session.uuid, at);
  read(list);
  CHECK(ask().read_at && ask().revoked);
}

TEST(Gate, AnEntryOfTheListRefusesAsTheListDoes) {
  CHECK_FALSE(auth::revokes({user.uuid, at}, token));
  CHECK(auth::revokes({user.uuid, at + milliseconds(1)}, token));
  CHECK(auth::revokes({session.uuid, at - seconds(60)}, token));
  CHECK_FALSE(auth::revokes({session.uuid, at}, {user, std::nullopt, at}));
}

TEST(Gate, KilledConnectionsAreReplaced) {
  const Rule rule = RateRule{5, 60};
  enter(rule);
  kill_clients(stores().cache);
  LONGS_EQUAL(3, enter(rule).rate->remaining);
}

TEST_GROUP_BASE(GateWithoutRedis, IntegrationTest) {
  redis::RedisPool nowhere{"redis://127.0.0.1:1/0", 200};
  Cell unreachable{0};
  auth::Cache cache{nowhere, unreachable};
  auth::Gate gate{cache};
};

TEST(GateWithoutRedis, EverybodyIsLetThroughAndCounted) {
  const auto passage = gate.enter("reads", {}, {}, RateRule{1, 60}, std::nullopt);
  CHECK_FALSE(passage.reachable || passage.rate.has_value() || passage.token.read_at);
  LONGS_EQUAL(1, unreachable);
}

}  // namespace ticketd::tests
