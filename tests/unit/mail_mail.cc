#include "mail/mail.h"

#include <stdexcept>

#include "base/base64.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::mail;
using namespace ticketd::tests;

namespace {

// What a reader makes of it: RFC 2047, section 6.2; the space between two encoded words is none.
std::string decoded(const std::string& header) {
  std::string text;
  for (std::size_t at = 0; (at = header.find("=?UTF-8?B?", at)) != std::string::npos;) {
    const auto end = header.find("?=", at + 10);
    text += *bytes_of_base64(header.substr(at + 10, end - at - 10));
    at = end;
  }
  return text;
}

}  // namespace

TEST_GROUP(Mail) {
  Mail mail{"0193", "ann@example.com", "Your booking: Evening", "Hello\n", "", {}, *parse_time("2026-12-05T19:04:05Z")};
};

TEST(Mail, HasAHeader) {
  const auto lines = header_lines(mail, {"tickets@example.org", "Theater"});
  expect_text("From: \"Theater\" <tickets@example.org>", lines[0]);
  expect_text("To: <ann@example.com>", lines[1]);
  expect_text("Subject: Your booking: Evening", lines[2]);
  expect_text("Date: Sat, 05 Dec 2026 19:04:05 +0000", lines[3]);
  expect_text("Message-ID: <0193@example.org>", lines[4]);
  expect_text("Auto-Submitted: auto-generated", lines[5]);
}

TEST(Mail, SaysHowToUnsubscribe) {
  LONGS_EQUAL(6, header_lines(mail, {"tickets@example.org", ""}).size());
  mail.unsubscribe = "https://x.example/unsubscribe/1";
  const auto lines = header_lines(mail, {"tickets@example.org", ""});
  LONGS_EQUAL(8, lines.size());
  expect_text("List-Unsubscribe: <https://x.example/unsubscribe/1>", lines[6]);
  expect_text("List-Unsubscribe-Post: List-Unsubscribe=One-Click", lines[7]);
}

TEST(Mail, IsUnsubscribedAtOneClickByHttpsAlone) {
  mail.unsubscribe = "http://x.example/unsubscribe/1";
  const auto lines = header_lines(mail, {"tickets@example.org", ""});
  LONGS_EQUAL(7, lines.size());
  expect_text("List-Unsubscribe: <http://x.example/unsubscribe/1>", lines[6]);
}

TEST(Mail, OfASenderWithoutANameHasItsAddress) {
  expect_text("From: <tickets@example.org>", header_lines(mail, {"tickets@example.org", ""})[0]);
}

TEST(Mail, TheSendersNameIsQuoted) {
  expect_text(R"(From: "A, \"B\" \\ C" <t@example.org>)", header_lines(mail, {"t@example.org", R"(A, "B" \ C)"})[0]);
}

TEST(Mail, IsNotMadeForWhatIsNoAddress) {
  mail.address = "ann@example.com>\r\nBcc: <eve@example.com";
  CHECK_THROWS(std::invalid_argument, header_lines(mail, {"tickets@example.org", ""}));
}

TEST(Mail, AddressesAreTaken) {
  for (const auto* text :
       {"a@b", "ann+x@example.com", "\xc3\xa9lo\xc3\xafse@caf\xc3\xa9.example", "o'neil@example.com"})
    CHECK_TRUE_TEXT(is_address(text), text);
}

TEST(Mail, WhatIsNoAddressIsRefused) {
  for (const auto* text :
       {"", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\r\nx", "a@b>", "<a@b", "a,b@c", "a@b\n", "\"a\"@b", "a\\@b",
        "a@\xe2\x80\x8b"
        "b",
        "a:b@c", "a;b@c"})
    CHECK_FALSE_TEXT(is_address(text), text);
  CHECK_FALSE(is_address(std::string(250, 'a') + "@b.cd"));
}

TEST(Mail, PlainTextStandsInAHeaderAsItIs) { expect_text("Evening at 8", header_text("Evening at 8")); }

TEST(Mail, OtherTextIsEncoded) { expect_text("=?UTF-8?B?Wsyh?=", header_text("Z\xcc\xa1")); }

TEST(Mail, WhatLooksEncodedIsEncoded) {
  expect_text("=?UTF-8?B?PT9VVEYtOD9CP2VBPT0/PQ==?=", header_text("=?UTF-8?B?eA==?="));
}

TEST(Mail, NobodysTextBeginsAHeader) {
  for (const auto* text : {"x\r\nBcc: eve@example.com", "x\nBcc: e", "x\r\n\r\nbody"}) {
    const auto line = header_text(text);
    CHECK_TRUE_TEXT(line.find_first_of("\r\n") == std::string::npos, text);
  }
}

TEST(Mail, LongTextIsInWordsOf75CharactersThatCutNoLetter) {
  std::string text;
  for (int i = 0; i < 60; ++i) text += i % 3 == 0 ? "\xe5\xa4\xa9" : i % 3 == 1 ? "\xc3\xa9" : "x";
  const auto header = header_text(text);
  expect_text(text, decoded(header));
  std::size_t begin = 0;
  while (begin < header.size()) {
    const auto end = std::min(header.find("\r\n ", begin), header.size());
    CHECK_TRUE(end - begin <= 75);
    const auto word = header.substr(begin, end - begin);
    const auto bytes = *bytes_of_base64(word.substr(10, word.size() - 12));
    CHECK_TRUE((static_cast<unsigned char>(bytes.front()) & 0xc0) != 0x80);
    begin = end + 3;
  }
}
