#include "webhook/signature.h"

#include <algorithm>

#include "base/base64.h"
#include "unit/expect.h"
#include "webhooks/retry.h"

using namespace std::chrono_literals;
using namespace ticketd;
using namespace ticketd::tests;

namespace {

// All bytes the same.
class Constant final : public Random {
 public:
  explicit Constant(std::uint8_t byte) : byte_(byte) {}
  void fill(std::span<std::uint8_t> out) override { std::ranges::fill(out, byte_); }

 private:
  std::uint8_t byte_;
};

}  // namespace

TEST_GROUP(WebhookSignature){};

// The example of the specification's libraries (standard-webhooks/standard-webhooks, their tests).
TEST(WebhookSignature, IsThatOfTheSpecificationsLibraries) {
  const auto secret = bytes_of_base64("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").value();
  expect_text(
      "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
      webhook::signature_of(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", Time(1'614'265'330s), R"({"test": 2432232314})"));
}

TEST(WebhookSignature, ASecretHas32Bytes) {
  Constant random(7);
  const auto secret = webhook::make_secret(random);
  LONGS_EQUAL(32, secret.size());
  expect_text("whsec_BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=", webhook::text_of_secret(secret));
}

TEST_GROUP(WebhookRetry){};

TEST(WebhookRetry, WaitsLongerEachTimeAndGivesUpAfterThreeDays) {
  const std::array<std::chrono::milliseconds, 9> waits = {5s, 5min, 30min, 2h, 5h, 10h, 14h, 20h, 24h};
  Constant least(0), most(255);
  std::chrono::milliseconds all{0};
  for (std::size_t i = 0; i < waits.size(); ++i) {
    const int attempts = static_cast<int>(i) + 1;
    CHECK_TRUE(webhooks::wait_after(attempts, least) == waits.at(i) * 4 / 5);
    CHECK_TRUE(webhooks::wait_after(attempts, most) == waits.at(i) * 6 / 5);
    all += waits.at(i);
  }
  CHECK_TRUE(all > 72h);
  CHECK_FALSE(webhooks::wait_after(10, least).has_value());
}
