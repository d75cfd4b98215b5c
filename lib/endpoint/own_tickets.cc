#include "endpoint/own_tickets.h"

#include <algorithm>

#include "auth/ticket_code.h"

namespace ticketd {

Result<OwnTickets> find_own_tickets(App& app, pqxx::transaction_base& tx, const http::Request& request, UserId caller) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto now = app.clock.now();
  auto booking = storage::find_booking(tx, *id, caller, now);
  if (!booking) return Refusal{Code::booking_not_found};
  OwnTickets own{std::move(*booking), {}};
  if (own.booking.state != domain::BookingState::confirmed) return own;
  const auto key = storage::find_or_add_ticket_key(tx, own.booking.event, auth::make_ticket_key(app.random), now);
  for (auto& ticket : storage::list_tickets(tx, *id)) {
    auto code = auth::ticket_code_of({*id, ticket.number, ticket.generation}, key);
    own.tickets.push_back({std::move(ticket), std::move(code)});
  }
  return own;
}

Result<OwnTicket> find_own_ticket(const OwnTickets& tickets, const http::Request& request) {
  const auto named = request.path_values.find("ticket_number");
  const auto found = std::ranges::find_if(tickets.tickets, [&](const auto& it) {
    return named != request.path_values.end() && std::to_string(it.ticket.number) == named->second;
  });
  if (found == tickets.tickets.end()) return Refusal{Code::ticket_not_found};
  return *found;
}

}  // namespace ticketd
