// POST /v1/events/book: queues a booking of one ticket or several and answers at once; the worker decides.
#include "api/booking_fields.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static constexpr const char* kMessage = "Event booking submitted successfully";

static Answer book(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto event = in.id<EventId>("event_id");
  auto wish = read_wish(in);
  const auto access_code = read_access_code(in);
  if (!in.ok()) return in.refusal();
  if (app.config.verified_email && !app.verified.is_verified(app.database, user, app.clock.now()))
    return Refusal{Code::email_not_verified};
  wish.booking = BookingId::make(app.clock.now(), app.random);
  const auto type = app.events.must_take(event, {wish.quantity, wish.type, access_code}, app.clock.now());
  if (type.ok()) wish.type = *type;
  const auto command = make_command(app, request, user, event, wish);
  return type.ok() ? submit(app, request, command, *body, kMessage)
                   : replay_or(type.refusal(), app, request, command, *body, kMessage);
}

int main() { return serve("events-book", RateClass::booking, book, WaitsFor::queue); }
