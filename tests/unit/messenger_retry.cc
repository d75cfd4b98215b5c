#include "messenger/retry.h"

#include "unit/expect.h"

using namespace std::chrono_literals;
using namespace ticketd::messenger;
using namespace ticketd::tests;

TEST_GROUP(MailRetry){};

TEST(MailRetry, WaitsLongerEachTimeAndGivesUpAfterNineAttempts) {
  const std::array waits = {1min, 5min, 15min, 60min, 180min, 360min, 720min, 1440min};
  for (std::size_t i = 0; i < waits.size(); ++i) CHECK_TRUE(wait_after(static_cast<int>(i) + 1) == waits.at(i));
  CHECK_FALSE(wait_after(9).has_value());
  CHECK_FALSE(wait_after(100).has_value());
}

TEST(MailRetry, AServerThatIsAwayIsLeftAloneForLongerAndLonger) {
  Breaker breaker;
  auto now = Breaker::Clock::now();
  CHECK_TRUE(breaker.lets_through(now));
  for (const auto pause : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    CHECK_TRUE(breaker.failed(now) == pause);
    CHECK_FALSE(breaker.lets_through(now + pause - 1ms));
    now += pause;
    CHECK_TRUE(breaker.lets_through(now));
  }
  breaker.succeeded();
  CHECK_TRUE(breaker.failed(now) == 1s);
}
