#include "base/uuid.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Uuid) {
  FixedClock clock;
  SeededRandom random;
};

TEST(Uuid, PutsTheMillisecondsIntoTheFirstSixBytes) {
  const auto text = Uuid::v7(from_epoch_ms(0x0123456789ab), random).str();
  expect_text("01234567-89ab", text.substr(0, 13));
}

TEST(Uuid, SaysVersionSevenAndTheRfcVariant) {
  for (int i = 0; i < 64; ++i) {
    const auto text = Uuid::v7(clock.now(), random).str();
    CHECK_EQUAL('7', text[14]);
    CHECK_TRUE(std::string_view("89ab").find(text[19]) != std::string_view::npos);
  }
}

TEST(Uuid, SortsLaterWhenMadeLater) {
  auto before = Uuid::v7(clock.now(), random);
  for (int i = 0; i < 300; ++i) {
    clock.tick(milliseconds(1));
    const auto after = Uuid::v7(clock.now(), random);
    CHECK_TRUE(before < after);
    CHECK_TRUE(before.str() < after.str());
    before = after;
  }
}

TEST(Uuid, DiffersWithinTheSameMillisecond) {
  CHECK_FALSE(Uuid::v7(clock.now(), random) == Uuid::v7(clock.now(), random));
}

TEST(Uuid, TakesATimeBefore1970As1970) {
  expect_text("00000000-0000-7", Uuid::v7(from_epoch_ms(-1), random).str().substr(0, 15));
}

TEST(Uuid, ReadsBackWhatItWrites) {
  const auto id = Uuid::v7(clock.now(), random);
  CHECK_TRUE(Uuid::parse(id.str()) == id);
  LONGS_EQUAL(36, id.str().size());
}

TEST(Uuid, ReadsUpperCaseAndWritesLowerCase) {
  const auto id = Uuid::parse("0198ABCD-EF01-7A2B-8C3D-4E5F60718293");
  CHECK_TRUE(id.has_value());
  expect_text("0198abcd-ef01-7a2b-8c3d-4e5f60718293", id->str());
}

TEST(Uuid, ReadsEveryVersionForIdsAreOpaque) {
  CHECK_TRUE(Uuid::parse("00000000-0000-0000-0000-000000000000").has_value());
  CHECK_TRUE(Uuid::parse("f47ac10b-58cc-4372-a567-0e02b2c3d479").has_value());
}

TEST(Uuid, RefusesEveryOtherForm) {
  for (const auto* text : {"", "0198abcdef017a2b8c3d4e5f60718293", "{0198abcd-ef01-7a2b-8c3d-4e5f60718293}",
                           "0198abcd-ef01-7a2b-8c3d-4e5f6071829", "0198abcd-ef01-7a2b-8c3d-4e5f607182930",
                           "0198abcd-ef01-7a2b-8c3d-4e5f6071829g", "0198abcde-f01-7a2b-8c3d-4e5f60718293",
                           "0198abcd-ef01-7a2b-8c3d_4e5f60718293", " 0198abcd-ef01-7a2b-8c3d-4e5f6071829",
                           "0198abcd-ef01-7a2b-8c3d-4e5f607182-3"}) {
    CHECK_FALSE_TEXT(Uuid::parse(text).has_value(), text);
  }
}

TEST(Uuid, RefusesANulWithinTheText) {
  std::string text = "0198abcd-ef01-7a2b-8c3d-4e5f60718293";
  text[20] = '\0';
  CHECK_FALSE(Uuid::parse(text).has_value());
}
