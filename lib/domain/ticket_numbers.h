// The numbers of a booking's tickets. A booking of n tickets has the lowest n numbers from 1 on that were not given
// back: numbers are not stored, only those given back below the highest that is left. A booking whose tickets were
// never named has 1 to n, also after it gave some back: the highest go first. In SQL the function has_ticket().
#pragma once
#include <bitset>
#include <string>

#include "domain/event_rules.h"

namespace ticketd::domain {

// A set of numbers from 1 to kQuantityMax.
using TicketNumbers = std::bitset<kQuantityMax + 1>;

// Those of a booking of so many tickets, which gave those back.
TicketNumbers numbers_of(int quantity, const TicketNumbers& given_back);

// So many of them, the highest.
TicketNumbers highest_of(const TicketNumbers& tickets, int count);

// What is to be stored of a booking that is left with these tickets: the numbers that are missing below the highest.
TicketNumbers missing_below(const TicketNumbers& tickets);

// "2 3 17", or with another sign between two.
std::string ticket_numbers_text(const TicketNumbers& numbers, char between = ' ');
// Of numbers with a space between two; what is none is left out.
TicketNumbers parse_ticket_numbers(const std::string& text);

}  // namespace ticketd::domain
