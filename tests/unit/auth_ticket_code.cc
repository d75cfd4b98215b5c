#include "auth/ticket_code.h"

#include "support/fakes.h"
#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::auth;
using namespace ticketd::tests;

TEST_GROUP(TicketCode) {
  SeededRandom random;
  const std::string key = std::string(32, 'k');
  const TicketCode ticket{*BookingId::parse("0197f0a0-0000-7000-8000-0000000000ff"), 2, 3};
  const std::string code = ticket_code_of(ticket, key);
};

// Computed once more by hand: Python's hashlib.blake2b(…, key=…, digest_size=32) over the 18 bytes, and its first
// eight.
TEST(TicketCode, IsTheSameForEver) { expect_text("T106BZ180001R0100000000000ZW106Z4DQQHN5WN4Y8", code); }

TEST(TicketCode, SaysWhichTicketItIs) {
  LONGS_EQUAL(44, code.size());
  CHECK_TRUE(parse_ticket_code(code) == ticket);
  CHECK_TRUE(is_ticket_code_of(code, key));
  for (const auto& other : {TicketCode{ticket.booking, 100, 255}, TicketCode{BookingId{}, 1, 0}}) {
    CHECK_TRUE(parse_ticket_code(ticket_code_of(other, key)) == other);
    CHECK_TRUE(is_ticket_code_of(ticket_code_of(other, key), key));
  }
}

TEST(TicketCode, IsNobodysWithoutTheKey) {
  CHECK_FALSE(is_ticket_code_of(code, std::string(32, 'l')));
  CHECK_FALSE(make_ticket_key(random) == make_ticket_key(random));
  LONGS_EQUAL(32, make_ticket_key(random).size());
}

TEST(TicketCode, IsNothingElse) {
  std::string lower = code;
  for (auto& letter : lower) letter = static_cast<char>(std::tolower(letter));
  for (const auto& text : {std::string(), std::string("T1"), code.substr(0, 43), code + "0", lower,
                           "T2" + code.substr(2), ' ' + code.substr(1), std::string(44, '\0')}) {
    CHECK_FALSE(parse_ticket_code(text).has_value());
    CHECK_FALSE(is_ticket_code_of(text, key));
  }
}

// A letter that is no digit of the alphabet, also those that Crockford's reads as another; and bits that nothing uses.
TEST(TicketCode, HasOneForm) {
  for (const char letter : {'I', 'L', 'O', 'U', 'i', '-', '\xc3'}) {
    auto text = code;
    text[5] = letter;
    CHECK_FALSE(parse_ticket_code(text).has_value());
  }
  auto text = code;
  text.back() = text.back() == 'Z' ? 'Y' : static_cast<char>(text.back() + 1);
  CHECK_FALSE(is_ticket_code_of(text, key));
}

// Each letter made another one, and 100,000 codes of somebody who knows a ticket and guesses the rest.
TEST(TicketCode, CannotBeGuessed) {
  constexpr std::string_view kLetters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  int taken = 0, altered = 0;
  for (std::size_t at = 2; at < code.size(); ++at) {
    for (const char letter : kLetters) {
      auto text = code;
      text[at] = letter;
      if (text == code) continue;
      ++altered;
      if (is_ticket_code_of(text, key)) ++taken;
    }
  }
  LONGS_EQUAL(42 * 31, altered);
  for (int i = 0; i < 100'000; ++i) {
    const TicketCode guess{ticket.booking, 1 + i % 100, i % 7};
    if (is_ticket_code_of(ticket_code_of(guess, make_ticket_key(random)), key)) ++taken;
  }
  LONGS_EQUAL(0, taken);
}
