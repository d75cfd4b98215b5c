#include "print/qr.h"

#include <algorithm>
#include <stdexcept>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using namespace ticketd::print;

namespace {

const std::string kCode = "T10123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789";

bool is_dark(const QrCode& code, int x, int y) {
  return std::ranges::any_of(code.runs,
                             [&](const Run& run) { return run.y == y && run.x <= x && x < run.x + run.width; });
}

std::size_t count(std::string_view part, std::string_view whole) {
  std::size_t found = 0;
  for (auto at = whole.find(part); at != std::string_view::npos; at = whole.find(part, at + 1)) ++found;
  return found;
}

}  // namespace

TEST_GROUP(Qr){};

TEST(Qr, HoldsACodeInTheModeAndLevelThatMakeItSoSmall) {
  LONGS_EQUAL(44, kCode.size());
  LONGS_EQUAL(33, qr_code_of(kCode).size);  // version 4: 50 characters of its alphanumeric mode at level H, 34 bytes
}

TEST(Qr, HasThreeFinders) {
  const auto code = qr_code_of(kCode);
  const int far = code.size - 7;
  for (const auto& [left, top] : {std::pair{0, 0}, {far, 0}, {0, far}}) {
    for (int i = 0; i < 7; ++i) {
      CHECK_TRUE(is_dark(code, left + i, top));
      CHECK_TRUE(is_dark(code, left, top + i));
      CHECK_EQUAL(i == 0 || i == 6, is_dark(code, left + i, top + 1));
    }
  }
}

TEST(Qr, HasRunsThatAreAsLongAsTheyCanBe) {
  const auto code = qr_code_of(kCode);
  for (const auto& run : code.runs) {
    CHECK_TRUE(run.x >= 0 && run.y >= 0 && run.width >= 1 && run.x + run.width <= code.size && run.y < code.size);
    CHECK_FALSE(is_dark(code, run.x - 1, run.y));
    CHECK_FALSE(is_dark(code, run.x + run.width, run.y));
  }
}

TEST(Qr, RefusesWhatTheModeDoesNotHold) {
  for (const auto& text : {std::string(), std::string("t1"), std::string("T1\0", 3), std::string("T1é"),
                           std::string(1853, 'A'), std::string(100'000, 'A')})
    CHECK_THROWS(std::invalid_argument, qr_code_of(text));
  LONGS_EQUAL(177, qr_code_of(std::string(1852, 'A')).size);
}

TEST(Qr, IsReadInGroupsOfFour) {
  const auto lines = readable_lines(kCode, 4);
  LONGS_EQUAL(3, lines.size());
  expect_text("T101 2345 6789 ABCD", lines[0]);
  expect_text("YZ01 2345 6789", lines[2]);
  LONGS_EQUAL(0, readable_lines("", 4).size());
  expect_text("AB", readable_lines("AB", 4)[0]);
}

TEST(Qr, IsAPictureOfAGivenSize) {
  const auto svg = ticket_svg(kCode, "Ticket 1: House concert");
  expect_contains("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 41 56.25\" width=\"410\" height=\"562.5\"",
                  svg);
  expect_contains("<title>Ticket 1: House concert</title>", svg);
  expect_contains(">T101 2345 6789 ABCD</text>", svg);
  expect_contains("d=\"M4 4h7v1h-7z", svg);
  LONGS_EQUAL(1, count("<path ", svg));
  LONGS_EQUAL(count("M", svg.substr(svg.find(" d=\""))),
              qr_code_of(kCode).runs.size() + count("M", "T101 2345 EFGH JKMN"));
}

TEST(Qr, IsAPictureThatNobodyElseWrites) {
  const auto svg = ticket_svg(kCode, "</title><script>\x01\n&amp;\xff\uffff\"'");
  expect_contains("<title>&lt;/title&gt;&lt;script&gt;  &amp;amp;\ufffd\ufffd\"'</title>", svg);
  for (const auto* word : {"<script", "href", "style", "url("}) expect_lacks(word, svg);
  LONGS_EQUAL(count("<", svg), count(">", svg));
}
