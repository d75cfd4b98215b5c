// GET /v1/bookings/{booking_id}: one of the caller's bookings, or anybody's for an admin.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer get_booking(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};
  return http::with_etag(http::success(200, "Booking retrieved successfully", booking_json(*booking, app.clock.now())),
                         request);
}

int main() { return serve("bookings-get", RateClass::reads, get_booking); }
