// The tickets of a booking that the caller may see, with their codes.
#pragma once
#include <string>
#include <vector>

#include "endpoint/app.h"
#include "http/request.h"
#include "refusal/result.h"
#include "storage/bookings.h"
#include "storage/tickets.h"

namespace ticketd {

struct OwnTicket {
  storage::Ticket ticket;
  std::string code;  // what is shown at the door
};

struct OwnTickets {
  storage::BookingDetails booking;
  std::vector<OwnTicket> tickets;  // by their numbers; none, unless the booking is confirmed
};

// Of the booking that the path names: the caller's, or anybody's for an admin.
// Refuses: invalid_id, booking_not_found.
Result<OwnTickets> find_own_tickets(App& app, pqxx::transaction_base& tx, const http::Request& request, UserId caller);

// The ticket that the path's ticket_number names, among these. Refuses: ticket_not_found.
Result<OwnTicket> find_own_ticket(const OwnTickets& tickets, const http::Request& request);

}  // namespace ticketd
