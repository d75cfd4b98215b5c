// DELETE /v1/bookings/{booking_id}: queues the cancellation of one of the caller's bookings.
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "storage/bookings.h"

using namespace ticketd;

static Answer cancel(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};

  const auto command = make_command(app, request, user, booking->event, domain::Cancel{*id});
  return submit(app, request, command, Json::object(), "Event booking cancellation submitted successfully");
}

int main() { return serve("bookings-cancel", RateClass::booking, cancel); }
