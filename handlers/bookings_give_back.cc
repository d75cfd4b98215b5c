// POST /v1/bookings/{booking_id}/cancel: queues the cancellation of some tickets, so many or those that are named, or
// of all, of one of the caller's bookings, or anybody's for an admin.
#include "api/booking_fields.h"
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "storage/bookings.h"

using namespace ticketd;

static Answer give_back(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  auto wish = read_given_back(in);
  if (!in.ok()) return in.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};

  wish.booking = *id;
  const auto command = make_command(app, request, booking->user, booking->event, wish);
  auto reply = submit(app, request, command, *body, "Event booking cancellation submitted successfully");
  return reply.ok() ? acted_as(std::move(*reply), request, user, booking->user) : std::move(reply);
}

int main() { return serve("bookings-give-back", RateClass::booking, give_back); }
