// GET /v1/bookings/{booking_id}/tickets.pdf: the tickets of one of the caller's bookings, to be printed.
#include "endpoint/own_tickets.h"
#include "endpoint/serve.h"
#include "print/tickets_pdf.h"

using namespace ticketd;

static print::Sheet sheet_of(const OwnTickets& own) {
  const auto& booking = own.booking;
  print::Sheet sheet{booking.event_title,
                     print::period_of(booking.event_starts_at, booking.event_ends_at),
                     booking.event_location,
                     booking.type_name,
                     {},
                     booking.updated_at};
  for (const auto& it : own.tickets) {
    const auto place = sheet.tickets.size() + 1;
    sheet.tickets.push_back(
        {print::label_of(it.ticket.number, place, own.tickets.size()), it.code, it.ticket.holder_name});
  }
  return sheet;
}

static Answer get_tickets_pdf(App& app, const Request& request, UserId user) {
  const auto own = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return find_own_tickets(app, tx, request, user); });
  if (!own.ok()) return own.refusal();
  if (own->tickets.empty()) return Refusal{Code::ticket_not_found};
  Reply reply;
  reply.header("Content-Type", "application/pdf");
  reply.header("Content-Disposition", "attachment; filename=\"tickets.pdf\"");
  reply.body = print::tickets_pdf(sheet_of(*own));
  return http::with_etag(std::move(reply), request);
}

int main() { return serve("bookings-tickets-pdf", RateClass::reads, get_tickets_pdf); }
