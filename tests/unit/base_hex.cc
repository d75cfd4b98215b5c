#include "base/hex.h"

#include <array>
#include <cstdio>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;

TEST_GROUP(Hex){};

TEST(Hex, HasTwoLowerCaseDigitsAByte) {
  expect_text("00017f80abff", hex_of(std::string_view("\x00\x01\x7f\x80\xab\xff", 6)));
  expect_text("", hex_of(std::string_view()));
}

TEST(Hex, WritesTheDigitsOfEveryByte) {
  for (int i = 0; i < 256; ++i) {
    std::array<char, 3> expected{};
    std::snprintf(expected.data(), expected.size(), "%02X", static_cast<unsigned>(i));
    const auto [high, low] = hex_pair(static_cast<std::uint8_t>(i), kUpperHexDigits);
    expect_text(expected.data(), std::string{high, low});
  }
}

TEST(Hex, ReadsBackEveryByteInEitherCase) {
  for (int i = 0; i < 256; ++i) {
    for (const auto digits : {kHexDigits, kUpperHexDigits}) {
      const auto [high, low] = hex_pair(static_cast<std::uint8_t>(i), digits);
      LONGS_EQUAL(i, byte_of_hex(std::string{high, low}).value_or(0));
      CHECK_TRUE(byte_of_hex(std::string{high, low}).has_value());
    }
  }
}

TEST(Hex, ReadsNothingButTwoDigits) {
  for (const auto* text : {"", "0", "000", "0g", "g0", "-1", "+1", " 1", "1 ", "0x", "x0", "\xb2\xb2"})
    CHECK_FALSE_TEXT(byte_of_hex(text).has_value(), text);
}
