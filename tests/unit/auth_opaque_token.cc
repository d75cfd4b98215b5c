#include "auth/opaque_token.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd::auth;
using namespace ticketd::tests;

TEST_GROUP(OpaqueToken) { SeededRandom random; };

TEST(OpaqueToken, HasFortyThreeCharactersOfBase64Url) {
  for (int i = 0; i < 50; ++i) {
    const auto token = make_opaque_token(random);
    LONGS_EQUAL(43, token.size());
    CHECK_TRUE(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
               token.npos);
  }
}

TEST(OpaqueToken, HoldsAllThatChanceGives) {
  SeededRandom same;
  expect_text(make_opaque_token(random), make_opaque_token(same));
  CHECK_FALSE(make_opaque_token(random) == make_opaque_token(random));
}

TEST(OpaqueToken, IsHashedTo32Bytes) {
  LONGS_EQUAL(32, hash_of("token").size());
  CHECK_TRUE(hash_of("token") == hash_of("token"));
  CHECK_FALSE(hash_of("token") == hash_of("token "));
}

// BLAKE2b-256 of the empty text.
TEST(OpaqueToken, IsHashedWithBlake2b) {
  expect_text("0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8", hex_hash_of(""));
}

TEST(OpaqueToken, IsFollowedByOneThatOnlyTheSecretTells) {
  const auto token = make_opaque_token(random);
  const auto next = next_opaque_token(token, "secret");
  LONGS_EQUAL(43, next.size());
  expect_text(next, next_opaque_token(token, "secret"));
  CHECK_FALSE(next == next_opaque_token(token, "another secret"));
  CHECK_FALSE(next == next_opaque_token(make_opaque_token(random), "secret"));
}
