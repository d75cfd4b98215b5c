// GET /v1/bookings/{booking_id}/tickets/{ticket_number}.svg: the code of one of the caller's tickets, as a picture.
#include "endpoint/own_tickets.h"
#include "endpoint/serve.h"
#include "print/qr.h"

using namespace ticketd;

static Answer get_ticket_svg(App& app, const Request& request, UserId user) {
  const auto own = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return find_own_tickets(app, tx, request, user); });
  if (!own.ok()) return own.refusal();
  const auto ticket = find_own_ticket(*own, request);
  if (!ticket.ok()) return ticket.refusal();
  Reply reply;
  reply.header("Content-Type", "image/svg+xml");
  reply.body = print::ticket_svg(ticket->code,
                                 "Ticket " + std::to_string(ticket->ticket.number) + ": " + own->booking.event_title);
  return http::with_etag(std::move(reply), request);
}

int main() { return serve("bookings-ticket-svg", RateClass::reads, get_ticket_svg); }
