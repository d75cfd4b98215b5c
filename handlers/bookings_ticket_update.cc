// PATCH /v1/bookings/{booking_id}/tickets/{ticket_number}: who comes with a ticket of one of the caller's bookings.
#include "api/door_fields.h"
#include "endpoint/admin.h"
#include "endpoint/own_tickets.h"
#include "endpoint/serve.h"
#include "storage/users.h"

using namespace ticketd;

static Answer update(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto name = in.is_null("holder_name") ? std::nullopt : std::optional(in.text("holder_name", {1, 100}));
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto own = find_own_tickets(app, tx, request, user);
    if (!own.ok()) return own.refusal();
    auto found = find_own_ticket(*own, request);
    if (!found.ok()) return found.refusal();
    if (!storage::lock_user(tx, own->booking.user)) return Refusal{Code::booking_not_found};  // erased meanwhile
    storage::set_holder_name(tx, own->booking.id, found->ticket.number, name);
    found->ticket.holder_name = name;
    return acted_as(http::success(200, "Ticket updated successfully", ticket_json(found->ticket, found->code)), request,
                    user, own->booking.user);
  });
}

int main() { return serve("bookings-ticket-update", RateClass::booking, update); }
