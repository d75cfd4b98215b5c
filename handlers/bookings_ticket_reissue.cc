// POST /v1/bookings/{booking_id}/tickets/{ticket_number}/reissue: another code for a ticket that was lost, or seen by
// somebody. The one before lets nobody in any more.
#include "api/door_fields.h"
#include "endpoint/admin.h"
#include "endpoint/own_tickets.h"
#include "endpoint/serve.h"

using namespace ticketd;

static constexpr int kDay_s = 86'400;

// Why a ticket gets no other code, although it is there.
static Refusal refusal_of(const OwnTicket& ticket) {
  if (ticket.ticket.admitted_at) return {Code::ticket_admitted};
  return {Code::rate_limited, "This ticket had as many codes as one may have", {}, kDay_s};
}

static Answer reissue(App& app, const Request& request, UserId user) {
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto before = find_own_tickets(app, tx, request, user);
    if (!before.ok()) return before.refusal();
    const auto ticket = find_own_ticket(*before, request);
    if (!ticket.ok()) return ticket.refusal();
    const auto& booking = before->booking;
    const bool is_fresh =
        storage::reissue_ticket(tx, booking.id, ticket->ticket.number, booking.user, app.clock.now()).has_value();
    const auto after = find_own_tickets(app, tx, request, user);
    if (!after.ok()) return after.refusal();
    const auto now = find_own_ticket(*after, request);
    if (!now.ok()) return now.refusal();
    if (!is_fresh) return refusal_of(*now);
    return acted_as(http::success(200, "Ticket reissued successfully", ticket_json(now->ticket, now->code)), request,
                    user, booking.user);
  });
}

int main() { return serve("bookings-ticket-reissue", RateClass::booking, reissue); }
