// What people say of a booking: how many tickets, and whether fewer will do.
#pragma once
#include "domain/command.h"
#include "http/fields.h"

namespace ticketd {

// quantity, accept_fewer, remainder and ticket_type_id of a new booking, which gets its id from the caller. What is bad
// is in `in`.
domain::Book read_wish(http::Fields& in);
// What opens a ticket type that not everybody may book. What is bad is in `in`.
std::optional<std::string> read_access_code(http::Fields& in);

// How many tickets are given back, or which; all of them, if neither is said. Of which booking the caller knows. What
// is bad is in `in`.
domain::Cancel read_given_back(http::Fields& in);

// The same of a booking that waits, at least one of them. What is bad is in `in`.
domain::UpdateBooking read_new_terms(http::Fields& in, BookingId booking);

// How many tickets of a held booking are confirmed; empty for all. What is bad is in `in`.
std::optional<int> read_confirmed(http::Fields& in);

}  // namespace ticketd
