#include "domain/ticket_numbers.h"

#include <sstream>

namespace ticketd::domain {

TicketNumbers numbers_of(int quantity, const TicketNumbers& given_back) {
  TicketNumbers tickets;
  for (std::size_t number = 1; quantity > 0 && number < tickets.size(); ++number) {
    if (given_back.test(number)) continue;
    tickets.set(number);
    --quantity;
  }
  return tickets;
}

TicketNumbers highest_of(const TicketNumbers& tickets, int count) {
  TicketNumbers highest;
  for (auto number = tickets.size() - 1; count > 0 && number > 0; --number) {
    if (!tickets.test(number)) continue;
    highest.set(number);
    --count;
  }
  return highest;
}

TicketNumbers missing_below(const TicketNumbers& tickets) {
  TicketNumbers missing;
  bool is_below = false;
  for (auto number = tickets.size() - 1; number > 0; --number) {
    if (is_below && !tickets.test(number)) missing.set(number);
    is_below = is_below || tickets.test(number);
  }
  return missing;
}

std::string ticket_numbers_text(const TicketNumbers& numbers, char between) {
  std::string text;
  for (std::size_t number = 1; number < numbers.size(); ++number) {
    if (!numbers.test(number)) continue;
    if (!text.empty()) text += between;
    text += std::to_string(number);
  }
  return text;
}

TicketNumbers parse_ticket_numbers(const std::string& text) {
  TicketNumbers numbers;
  std::istringstream words(text);
  for (std::size_t number = 0; words >> number;) {
    if (number > 0 && number < numbers.size()) numbers.set(number);
  }
  return numbers;
}

}  // namespace ticketd::domain
