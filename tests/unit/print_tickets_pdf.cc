#include "print/tickets_pdf.h"

#include <stdexcept>

#include "unit/expect.h"

using namespace ticketd;
using namespace ticketd::tests;
using namespace ticketd::print;

TEST_GROUP(TicketsPdf) {
  const std::string code = "T10123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789";
  Sheet sheet{"House concert",
              "tonight",
              "Kitchen",
              "Member",
              {{"Ticket 1 of 1", code, "Ann"}},
              *parse_time("2031-02-03T04:05:06Z")};

  static std::size_t pages_of(const std::string& pdf) {
    const auto at = pdf.find("/Count ");
    return at == std::string::npos ? 0 : std::stoul(pdf.substr(at + 7));
  }
};

TEST(TicketsPdf, IsPdf) {
  const auto pdf = tickets_pdf(sheet);
  expect_text("%PDF-", pdf.substr(0, 5));
  expect_text("%%EOF\n", pdf.substr(pdf.size() - 6));
  LONGS_EQUAL(1, pages_of(pdf));
  CHECK_TRUE(pdf.find("/Title (House concert)") != std::string::npos);
  CHECK_TRUE(pdf.find("/CreationDate (20310203040506Z") != std::string::npos);
}

TEST(TicketsPdf, HasAPageForEachTicket) {
  sheet.tickets.resize(kMostPages, sheet.tickets[0]);
  LONGS_EQUAL(kMostPages, pages_of(tickets_pdf(sheet)));
}

TEST(TicketsPdf, IsTheSameForTheSame) {
  const auto pdf = tickets_pdf(sheet);
  CHECK_TRUE(pdf == tickets_pdf(sheet));
  sheet.tickets[0].holder_name.reset();
  CHECK_FALSE(pdf == tickets_pdf(sheet));
}

TEST(TicketsPdf, IsMadeOfAnyText) {
  std::string accents = "Z";
  for (int i = 0; i < 300; ++i) accents += "\u0301\u0316";
  for (const auto& text :
       {std::string(), std::string(10'000, 'W'), accents, std::string("\xff\xed\xa0\x80\0\n\x1b\u2028", 10),
        std::string("\u202e\u2067\u2066evil"), std::string("東京 חג حفلة 🎟👩‍👩‍👧"),
        std::string("<b>&amp;<span"), std::string("\ufffe\U0010ffff")}) {
    sheet.event_title = sheet.when = sheet.where = text;
    sheet.ticket_type = sheet.tickets[0].holder_name = sheet.tickets[0].label = text;
    LONGS_EQUAL(1, pages_of(tickets_pdf(sheet)));
  }
}

TEST(TicketsPdf, RefusesWhatIsNoSheet) {
  auto none = sheet, many = sheet, wrong = sheet;
  none.tickets.clear();
  many.tickets.resize(kMostPages + 1, sheet.tickets[0]);
  wrong.tickets[0].code = "no code";
  for (const auto& one : {none, many, wrong}) CHECK_THROWS(std::invalid_argument, tickets_pdf(one));
}

TEST(TicketsPdf, NumbersTickets) {
  expect_text("Ticket 2 of 5", label_of(2, 2, 5));
  expect_text("Ticket 7 (2 of 5)", label_of(7, 2, 5));
}

TEST(TicketsPdf, SaysWhen) {
  const auto period = [](const char* begin, const char* end) {
    return period_of(*parse_time(begin), *parse_time(end));
  };
  expect_text("Saturday, 1 May 2032, 18:00 – 21:00 UTC", period("2032-05-01T18:00Z", "2032-05-01T23:00:59.9+02:00"));
  expect_text("Friday, 31 December 2032, 23:59 – Saturday, 1 January 2033, 00:00 UTC",
              period("2032-12-31T23:59Z", "2033-01-01T00:00Z"));
  expect_text("Thursday, 1 January 1970, 00:00 – Friday, 31 December 9999, 23:59 UTC",
              period("1970-01-01T00:00Z", "9999-12-31T23:59Z"));
}
