#include "postgres/circuit_breaker.h"

#include "unit/expect.h"

using namespace ticketd::postgres;
using namespace std::chrono_literals;

TEST_GROUP(CircuitBreaker) {
  CircuitBreaker breaker;
  CircuitBreaker::Clock::time_point now{1'000s};

  // A try that takes so long and fails.
  void fail_after(CircuitBreaker::Clock::duration time) {
    CHECK_TRUE(breaker.may_try(now));
    const auto start = now;
    now += time;
    breaker.failed(start, now);
  }
};

TEST(CircuitBreaker, LetsEverybodyTryWhileItIsClosed) {
  CHECK_TRUE(breaker.may_try(now) && breaker.may_try(now));
  CHECK_FALSE(breaker.is_open());
}

TEST(CircuitBreaker, StaysClosedForAServerThatRefusesAtOnce) {
  fail_after(5ms);
  CHECK_FALSE(breaker.is_open());
  CHECK_TRUE(breaker.may_try(now));
}

TEST(CircuitBreaker, PausesForAsLongAsTheTryTook) {
  fail_after(3s);
  CHECK_TRUE(breaker.is_open());
  CHECK_FALSE(breaker.may_try(now + 2'999ms));
  CHECK_TRUE(breaker.may_try(now + 3s));
}

TEST(CircuitBreaker, LetsOneAtATimeFindOut) {
  fail_after(3s);
  now += 3s;
  CHECK_TRUE(breaker.may_try(now));
  CHECK_FALSE(breaker.may_try(now));
}

TEST(CircuitBreaker, ClosesWithTheFirstSuccess) {
  fail_after(3s);
  now += 3s;
  CHECK_TRUE(breaker.may_try(now));
  breaker.succeeded();
  CHECK_FALSE(breaker.is_open());
  CHECK_TRUE(breaker.may_try(now) && breaker.may_try(now));
}

TEST(CircuitBreaker, OpenedFromOutsideItLetsTheNextFindOutAtOnce) {
  breaker.open();
  CHECK_TRUE(breaker.may_try(now));
  CHECK_FALSE(breaker.may_try(now));
}
