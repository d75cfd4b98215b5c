#include "auth/device_token.h"

#include <array>

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::auth;

TEST_GROUP(DeviceToken) {
  tests::SeededRandom random;
  const UserId ann = tests::numbered<UserId>(1), bob = tests::numbered<UserId>(2);
  const SecretKey old_key{"old", std::string(32, 'o')}, new_key{"new", std::string(32, 'n')};
  const std::string token = make_device_token(ann, old_key, random);
};

TEST(DeviceToken, IsOfTheUserThatItWasMadeFor) {
  CHECK_TRUE(is_device_token_of(ann, token, std::array{old_key}));
  CHECK_FALSE(is_device_token_of(bob, token, std::array{old_key}));
}

TEST(DeviceToken, CountsForAsLongAsItsKeyIsAccepted) {
  CHECK_TRUE(is_device_token_of(ann, token, std::array{new_key, old_key}));
  CHECK_FALSE(is_device_token_of(ann, token, std::array{new_key}));
}

TEST(DeviceToken, IsAnotherEachTime) {
  LONGS_EQUAL(64, token.size());
  CHECK_FALSE(token == make_device_token(ann, old_key, random));
}

TEST(DeviceToken, IsNothingElse) {
  auto changed = token;
  changed.front() = changed.front() == 'A' ? 'B' : 'A';
  for (const auto& text : {changed, token + "AAAA", token.substr(0, 60), std::string(), std::string("x y")})
    CHECK_FALSE(is_device_token_of(ann, text, std::array{old_key}));
}
