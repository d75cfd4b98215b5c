#include "auth/passwords.h"

#include <sodium.h>
#include <time.h>

#include <array>
#include <chrono>
#include <thread>

#include "unit/expect.h"

using namespace ticketd::auth;
using namespace ticketd::tests;
using Verdict = Passwords::Verdict;

namespace {

// One hash for all tests: each takes 19 MiB and a while.
const std::string& hash_of_correct_horse() {
  static const std::string hash = Passwords(1).hash("correct horse", Turn::known);
  return hash;
}

std::chrono::nanoseconds cpu_time() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

}  // namespace

TEST_GROUP(Passwords) { Passwords passwords{1}; };

TEST(Passwords, KnowTheRightOneFromTheWrong) {
  CHECK_TRUE(passwords.verify(hash_of_correct_horse(), "correct horse", Turn::stranger) == Verdict::right);
  CHECK_TRUE(passwords.verify(hash_of_correct_horse(), "correct horse ", Turn::stranger) == Verdict::wrong);
}

TEST(Passwords, AreTheSameInEveryForm) {
  const auto hash = passwords.hash("pa\u0308ss word", Turn::stranger);
  for (const auto* form : {"pa\u0308ss word", "p\u00e4ss word", "p\u00e4ss\u00a0word"})
    CHECK_TRUE_TEXT(passwords.verify(hash, form, Turn::stranger) == Verdict::right, form);
  CHECK_TRUE(passwords.verify(hash, "pass word", Turn::stranger) == Verdict::wrong);
}

// As hashes were made before there was one form.
TEST(Passwords, OfTheBytesAsSentAreStillRight) {
  const std::string sent = "pa\u0308ss word";
  std::array<char, crypto_pwhash_STRBYTES> hash{};
  LONGS_EQUAL(0, crypto_pwhash_str_alg(hash.data(), sent.data(), sent.size(), 2, std::size_t{19'456} * 1024,
                                       crypto_pwhash_ALG_ARGON2ID13));
  CHECK_TRUE(passwords.verify(hash.data(), sent, Turn::stranger) == Verdict::right_as_sent);
  CHECK_TRUE(passwords.verify(hash.data(), "p\u00e4ss word", Turn::stranger) == Verdict::wrong);
}

TEST(Passwords, AreHashedWithArgon2idAndALittleSalt) {
  expect_contains("$argon2id$v=19$m=19456,t=2,p=1$", hash_of_correct_horse());
  CHECK_FALSE(hash_of_correct_horse() == passwords.hash("correct horse", Turn::known));
}

TEST(Passwords, AreWrongForAnUnknownAccountWhateverIsTried) {
  CHECK_TRUE(passwords.verify("", "the password of nobody", Turn::stranger) == Verdict::wrong);
  CHECK_TRUE(passwords.verify("", "", Turn::stranger) == Verdict::wrong);
}

// The same work; that it takes the same time is what auth_timing measures.
TEST(Passwords, AreComparedWithAsMuchWorkWhateverTheHashIs) {
  const HashCost cost;
  const auto work = [&](const std::string& hash) {
    const auto comparison = comparison_with(hash, cost);
    return comparison.filled_blocks + comparison.burnt_blocks;
  };
  const auto weaker = Passwords(1, "", 1, {1, 19'456}).hash("correct horse", Turn::known);
  const auto smaller = Passwords(1, "", 1, {2, 4'096}).hash("correct horse", Turn::known);
  for (const auto& hash : {hash_of_correct_horse(), std::string(), std::string("!"), weaker, smaller})
    LONGS_EQUAL_TEXT(2 * 19'456, work(hash), hash.c_str());
  LONGS_EQUAL(4'096 * 2, comparison_with(smaller, cost).filled_blocks);
  expect_text(weaker, comparison_with(weaker, cost).against);
}

TEST(Passwords, OfAnOlderCostAreStillRight) {
  const auto weaker = Passwords(1, "", 1, {1, 8'192}).hash("correct horse", Turn::known);
  CHECK_TRUE(passwords.verify(weaker, "correct horse", Turn::stranger) == Verdict::right);
  CHECK_TRUE(passwords.needs_rehash(weaker));
}

TEST(Passwords, AreWrongForAHashThatIsDamaged) {
  for (const auto& damaged : {hash_of_correct_horse().substr(0, 60), std::string("$argon2id$"), std::string("x")})
    CHECK_TRUE(passwords.verify(damaged, "correct horse", Turn::stranger) == Verdict::wrong);
}

TEST(Passwords, KeepEveryByteANulIncluded) {
  const std::string with_nul("correct horse\0x", 15);
  CHECK_TRUE(passwords.verify(hash_of_correct_horse(), with_nul, Turn::stranger) == Verdict::wrong);
}

TEST(Passwords, NeedANewHashWhenTheParametersDiffer) {
  CHECK_FALSE(passwords.needs_rehash(hash_of_correct_horse()));
  auto weaker = hash_of_correct_horse();
  weaker.replace(weaker.find("t=2"), 3, "t=1");
  CHECK_TRUE(passwords.needs_rehash(weaker));
  CHECK_TRUE(passwords.needs_rehash("$2b$10$abcdefghijklmnopqrstuv"));
}

// Hashes made one after the other take at least as long as the sum of what each of them computes.
TEST(Passwords, AreHashedNoMoreAtOnceThanAllowed) {
  std::chrono::nanoseconds computed[2] = {};
  const auto start = std::chrono::steady_clock::now();
  const auto hash = [&](int which) {
    passwords.hash("x", Turn::known);
    computed[which] = cpu_time();
  };
  std::thread one(hash, 0);
  std::thread other(hash, 1);
  one.join();
  other.join();
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK_TRUE(took + std::chrono::milliseconds(5) > computed[0] + computed[1]);
}

TEST(Passwords, OfMoreStrangersThanThereIsRoomForAreNotHashed) {
  Passwords no_room(1, "", 0);
  CHECK_TRUE(no_room.verify("", "x", Turn::stranger) == Verdict::busy);
  expect_text("", no_room.hash("x", Turn::stranger));
  CHECK_TRUE(no_room.verify("", "x", Turn::known) == Verdict::wrong);
}
