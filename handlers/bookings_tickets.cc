// GET /v1/bookings/{booking_id}/tickets: the tickets of one of the caller's bookings, or anybody's for an admin.
#include "api/door_fields.h"
#include "endpoint/own_tickets.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer list(App& app, const Request& request, UserId user) {
  const auto own =
      postgres::transact(app.database, [&](pqxx::work& tx) { return find_own_tickets(app, tx, request, user); });
  if (!own.ok()) return own.refusal();
  auto tickets = JsonText::array();
  for (const auto& [ticket, code] : own->tickets) tickets.push(ticket_json(ticket, code));
  return http::with_etag(http::success(200, "tickets found", tickets), request);
}

int main() { return serve("bookings-tickets", RateClass::reads, list); }
