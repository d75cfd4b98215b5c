// Tries of a password: exact under any concurrency, and nobody waits while Redis is away.
#include "auth/attempts.h"

#include <atomic>

#include "support/fixtures.h"
#include "support/integration_test.h"
#include "support/stack.h"

namespace ticketd::tests {

using auth::Counter;

TEST_GROUP_BASE(Attempts, IntegrationTest) {
  Cell unreachable{0};
  auth::Cache cache{stores().cache, unreachable};
  auth::Attempts attempts{cache};
  const std::vector<Counter> ten = {{fresh_word(), {10, 900}}};
  const std::vector<Counter> ten_and_three = {ten[0], {fresh_word(), {3, 60}}};

  void setup() override { flush(stores().cache); }
  void teardown() override { LONGS_EQUAL(0, unreachable); }

  int begin(const std::vector<Counter>& counters) { return attempts.begin(counters).wait_s; }
};

TEST(Attempts, AreHeldUpAtTheLimit) {
  for (int i = 0; i < 10; ++i) LONGS_EQUAL(0, begin(ten));
  const int wait_s = begin(ten);
  CHECK(wait_s > 14 * 60 && wait_s <= 15 * 60);
}

TEST(Attempts, AreCountedExactlyWhoeverTriesAtOnce) {
  std::atomic<int> begun = 0;
  at_once(32, [&](int) { begun += begin(ten) == 0 ? 1 : 0; });
  LONGS_EQUAL(10, begun);
}

TEST(Attempts, AreHeldUpByAnyOfTheirCounters) {
  for (int i = 0; i < 3; ++i) LONGS_EQUAL(0, begin(ten_and_three));
  const int wait_s = begin(ten_and_three);
  CHECK(wait_s > 50 && wait_s <= 60);
  for (int i = 0; i < 7; ++i) LONGS_EQUAL(0, begin(ten));  // what was held up did not count here
  CHECK(begin(ten) > 0);
}

TEST(Attempts, ThatAreTakenBackLeaveRoom) {
  for (int i = 0; i < 2; ++i) begin(ten_and_three);
  attempts.take_back(ten_and_three, attempts.begin(ten_and_three));
  LONGS_EQUAL(0, begin(ten_and_three));
  CHECK(begin(ten_and_three) > 0);
}

TEST(Attempts, ThatWereHeldUpTakeNothingBack) {
  for (int i = 0; i < 10; ++i) begin(ten);
  attempts.take_back(ten, attempts.begin(ten));
  CHECK(begin(ten) > 0);
}

TEST(Attempts, ThatAreTakenBackTooLateLeaveNothingBehind) {
  const auto attempt = attempts.begin(ten);
  flush(stores().cache);
  attempts.take_back(ten, attempt);
  LONGS_EQUAL(0, stores().cache.take()->command({"DBSIZE"}).integer());
}

// Else whoever guesses got one more try.
TEST(Attempts, ThatAreTakenBackTooLateLeaveTheNextWindowAlone) {
  const std::vector<Counter> one = {{fresh_word(), {1, 1}}};
  const auto attempt = attempts.begin(one);
  CHECK(e2e::await([&] { return begin(one) == 0; }, seconds(5)));
  attempts.take_back(one, attempt);
  CHECK(begin(one) > 0);
}

TEST(Attempts, BeginAnewAfterTheWindow) {
  const std::vector<Counter> one = {{fresh_word(), {1, 1}}};
  LONGS_EQUAL(0, begin(one));
  CHECK(begin(one) > 0);
  CHECK(e2e::await([&] { return begin(one) == 0; }, seconds(5)));
}

TEST(Attempts, KnowWhoIsRemembered) {
  CHECK_FALSE(attempts.is_known("somebody"));
  attempts.remember_known("somebody");
  CHECK(attempts.is_known("somebody"));
}

TEST(Attempts, HoldNobodyUpWithoutRedis) {
  redis::RedisPool nowhere{"redis://127.0.0.1:1/0", 200};
  Cell missed{0};
  auth::Cache away{nowhere, missed};
  auth::Attempts uncounted{away};
  for (int i = 0; i < 12; ++i) LONGS_EQUAL(0, uncounted.begin(ten).wait_s);
  LONGS_EQUAL(12, missed);
}

}  // namespace ticketd::tests
