// POST /v1/events/book: queues a booking of one ticket and answers at once; the worker decides.
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "http/fields.h"

using namespace ticketd;

static constexpr const char* kMessage = "Event booking submitted successfully";

static Answer book(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto event = in.id<EventId>("event_id");
  if (!in.ok()) return in.refusal();
  const auto booking = BookingId::make(app.clock.now(), app.random);
  const auto command = make_command(app, request, user, event, domain::Book{booking});
  if (const auto refusal = app.events.must_be_open(event, app.clock.now())) {
    return replay_or(*refusal, app, request, command, *body, kMessage);
  }
  return submit(app, request, command, *body, kMessage);
}

int main() { return serve("events-book", RateClass::booking, book, WaitsFor::queue); }
