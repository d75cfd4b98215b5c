// Tickets on paper: a page for each. By Pango, which shapes every script there is a font for, and cairo.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"

namespace ticketd::print {

struct SheetTicket {
  std::string label;  // as label_of() has it
  std::string code;
  std::optional<std::string> holder_name;
};

// All text is UTF-8 of whatever script and length; none of it is markup. What is longer than its place ends in an
// ellipsis, and nothing of it reaches the QR code.
struct Sheet {
  std::string event_title;
  std::string when;
  std::string where;
  std::optional<std::string> ticket_type;
  std::vector<SheetTicket> tickets;
  Time changed_at;  // stands in the document as when it was made, so that the same sheet is the same document
};

constexpr std::size_t kMostPages = 100;

// "Ticket 2 of 5". Where others before it were given back, "Ticket 7 (2 of 5)". `place`: among those there are, from 1.
std::string label_of(int number, std::size_t place, std::size_t count);

// "Saturday, 1 May 2032, 18:00 – 21:00 UTC"; the second date as well if it is another one.
std::string period_of(Time begin, Time end);

// PDF, A4. The same bytes for the same sheet, on one host: fonts and libraries are in them. A host without any font has
// the QR codes alone. Throws std::invalid_argument if there are no tickets, more than kMostPages, or one whose code has
// no QR code; std::runtime_error if cairo fails.
std::string tickets_pdf(const Sheet& sheet);

}  // namespace ticketd::print
