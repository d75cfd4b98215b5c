#include "base/base64.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Base64){};

// RFC 4648 section 10.
TEST(Base64, WritesTheVectorsOfTheRfcWithoutPadding) {
  expect_text("", base64url_of(""));
  expect_text("Zg", base64url_of("f"));
  expect_text("Zm8", base64url_of("fo"));
  expect_text("Zm9v", base64url_of("foo"));
  expect_text("Zm9vYg", base64url_of("foob"));
  expect_text("Zm9vYmE", base64url_of("fooba"));
  expect_text("Zm9vYmFy", base64url_of("foobar"));
}

TEST(Base64, OfAUrlHasNeitherPlusNorSlash) { expect_text("-_8", base64url_of("\xfb\xff")); }

TEST(Base64, ReadsBackWhatItWrites) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK_TRUE(bytes_of_base64url(base64url_of(bytes)) == bytes);
    bytes += static_cast<char>(i);
  }
}

TEST(Base64, OfAUrlIsReadInOneFormOnly) {
  for (const auto* text : {"Zg==", "Zg=", "+/8", "Z", "Zh", "Zm9v\n", " Zm9v", "Zm9v.", "Zm 9v", "Z\xc3\xa4"})
    CHECK_FALSE_TEXT(bytes_of_base64url(text).has_value(), text);
}

TEST(Base64, OfPeopleIsReadInEitherAlphabetWithPadding) {
  CHECK_TRUE(bytes_of_base64("+/8=") == "\xfb\xff");
  CHECK_TRUE(bytes_of_base64("-_8=") == "\xfb\xff");
  CHECK_TRUE(bytes_of_base64("Zm9v") == "foo");
  CHECK_TRUE(bytes_of_base64("") == "");
}

TEST(Base64, OfPeopleIsRefusedWithoutPaddingOrInBothAlphabets) {
  for (const auto* text : {"Zg", "Zg=", "Zg==Zg==", "+_8=", "Zm9v\n", "Zm9v,", "="})
    CHECK_FALSE_TEXT(bytes_of_base64(text).has_value(), text);
}
