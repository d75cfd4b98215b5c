// DELETE /v1/events/booking/cancel: queues the cancellation of the caller's newest live booking of an event, or of one
// booking.
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "http/fields.h"
#include "storage/bookings.h"

using namespace ticketd;

static Answer cancel(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto booking_id = in.optional_id<BookingId>("booking_id");
  const auto event_id = in.optional_id<EventId>("event_id");
  if (!booking_id && !event_id && in.ok()) in.required("event_id");
  if (!in.ok()) return in.refusal();

  auto event = event_id.value_or(EventId{});
  auto person = user;
  if (booking_id) {
    const auto booking = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
      return storage::find_booking(tx, *booking_id, user, app.clock.now());
    });
    if (!booking || (event_id && booking->event != *event_id)) return Refusal{Code::booking_not_found};
    event = booking->event;
    person = booking->user;  // another one's only if the caller is an admin
  } else if (const auto refusal = app.events.must_exist(event, app.clock.now())) {
    return *refusal;
  }
  const auto command = make_command(app, request, person, event, domain::Cancel{booking_id});
  auto reply = submit(app, request, command, *body, "Event booking cancellation submitted successfully");
  return reply.ok() ? acted_as(std::move(*reply), request, user, person) : std::move(reply);
}

int main() { return serve("events-booking-cancel", RateClass::booking, cancel, WaitsFor::queue); }
