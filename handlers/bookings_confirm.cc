// POST /v1/bookings/{booking_id}/confirm: queues the yes to the seats that are held for one of the caller's bookings,
// or anybody's for an admin. Where the organiser's yes counts, it is events_booking_confirm.cc that takes it.
#include "api/booking_fields.h"
#include "api/confirmation.h"
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static constexpr const char* kMessage = "Booking confirmation submitted successfully";

static Answer confirm(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const domain::Confirm wish{*id, read_confirmed(in)};
  if (!in.ok()) return in.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};

  const auto command = make_command(app, request, booking->user, booking->event, wish);
  const auto refusal = confirm_refusal(*booking, wish, domain::ConfirmedBy::attendee);
  auto reply = refusal ? replay_or(*refusal, app, request, command, *body, kMessage)
                       : submit(app, request, command, *body, kMessage);
  return reply.ok() ? acted_as(std::move(*reply), request, user, booking->user) : std::move(reply);
}

int main() { return serve("bookings-confirm", RateClass::booking, confirm); }
