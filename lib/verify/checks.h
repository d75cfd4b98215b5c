// The checks behind verify.h, by what they are about.
#pragma once
#include <span>

namespace ticketd::verify {

// `sql` gives a row (id text, detail text) for everything that breaks the rule.
struct Check {
  const char* rule;
  const char* says;
  const char* sql;
};

std::span<const Check> seat_checks();     // counters, seats and the waiting list
std::span<const Check> person_checks();   // what one user holds
std::span<const Check> command_checks();  // commands and the bookings they made
std::span<const Check> message_checks();  // notifications and dead letters
std::span<const Check> door_checks();     // who was admitted
std::span<const Check> search_checks();   // the words of events

}  // namespace ticketd::verify
