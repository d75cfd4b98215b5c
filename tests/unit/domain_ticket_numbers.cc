#include "domain/ticket_numbers.h"

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::domain;
using namespace ticketd::tests;

TEST_GROUP(TicketNumbers){static std::string of(int quantity, const char* given_back){
    return ticket_numbers_text(numbers_of(quantity, parse_ticket_numbers(given_back)));
}
}
;

TEST(TicketNumbers, AreTheLowestThatWereNotGivenBack) {
  expect_text("1 2 3", of(3, ""));
  expect_text("2 4 5", of(3, "1 3"));
  expect_text("1", of(1, "5"));
  expect_text("", of(0, ""));
  LONGS_EQUAL(100, numbers_of(100, {}).count());
  expect_text("100", of(1, ticket_numbers_text(numbers_of(99, {})).c_str()));
}

TEST(TicketNumbers, GoFromTheHighest) {
  const auto all = parse_ticket_numbers("1 3 4 9");
  expect_text("4 9", ticket_numbers_text(highest_of(all, 2)));
  expect_text("", ticket_numbers_text(highest_of(all, 0)));
  expect_text("1 3 4 9", ticket_numbers_text(highest_of(all, 7)));
}

TEST(TicketNumbers, AreStoredAsWhatIsMissing) {
  expect_text("1 2 4", ticket_numbers_text(missing_below(parse_ticket_numbers("3 5"))));
  expect_text("", ticket_numbers_text(missing_below(parse_ticket_numbers("1 2 3"))));
  expect_text("", ticket_numbers_text(missing_below({})));
}

// Whatever is given back, in any order: what is stored and how many there are say which are left.
TEST(TicketNumbers, AreKnownByTheirNumberAndWhatIsMissing) {
  for (unsigned left = 1; left < 256; ++left) {
    const TicketNumbers tickets(left * 2ULL);
    CHECK_TRUE(numbers_of(static_cast<int>(tickets.count()), missing_below(tickets)) == tickets);
  }
}

TEST(TicketNumbers, AreReadFromTextAndNothingElseIs) {
  expect_text("1 100", ticket_numbers_text(parse_ticket_numbers("100 1 0 101 -3 x 4")));
  expect_text("2,30", ticket_numbers_text(parse_ticket_numbers("2 30"), ','));
}
