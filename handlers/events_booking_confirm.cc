// POST /v1/events/{event_id}/bookings/{booking_id}/confirm: queues the organiser's yes to the seats that are held for a
// booking of an event of the caller, or of anybody's for an admin.
#include "api/booking_fields.h"
#include "api/confirmation.h"
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "storage/events.h"

using namespace ticketd;

static constexpr const char* kMessage = "Booking confirmation submitted successfully";

static Answer confirm(App& app, const Request& request, UserId user) {
  const auto event_id = request.path_id<EventId>("event_id");
  if (!event_id.ok()) return event_id.refusal();
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const domain::Confirm wish{*id, read_confirmed(in)};
  if (!in.ok()) return in.refusal();

  std::optional<storage::Event> event;
  std::optional<storage::BookingDetails> booking;
  const auto actor = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    event = storage::find_event(tx, *event_id);
    booking = storage::find_booking_of(tx, *event_id, *id, app.clock.now());
    return event ? acting_on(tx, user, event->owner) : user;
  });
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != actor) return Refusal{Code::not_event_owner};
  if (!booking) return Refusal{Code::booking_not_found};

  const auto command = make_command(app, request, actor, *event_id, wish);
  const auto refusal = confirm_refusal(*booking, wish, domain::ConfirmedBy::organiser);
  auto reply = refusal ? replay_or(*refusal, app, request, command, *body, kMessage)
                       : submit(app, request, command, *body, kMessage);
  return reply.ok() ? acted_as(std::move(*reply), request, user, actor) : std::move(reply);
}

int main() { return serve("events-booking-confirm", RateClass::booking, confirm); }
