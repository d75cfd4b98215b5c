// GET /v1/bookings/{booking_id}/event.ics: the event of one of the caller's bookings, for a calendar.
#include "api/calendar.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer get_calendar(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};
  Reply reply;
  reply.header("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH");
  reply.header("Content-Disposition", "attachment; filename=\"event.ics\"");
  reply.body = calendar_of(*booking);
  return http::with_etag(std::move(reply), request);
}

int main() { return serve("bookings-event-ics", RateClass::reads, get_calendar); }
