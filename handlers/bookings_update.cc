// PATCH /v1/bookings/{booking_id}: queues other terms for one of the caller's bookings that wait, or anybody's for an
// admin: fewer tickets, or that fewer will do.
#include "api/booking_fields.h"
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "storage/bookings.h"

using namespace ticketd;

static constexpr const char* kMessage = "Booking update submitted successfully";

// Why the booking, as it is now, is not changed so.
static std::optional<Refusal> refusal_of(const storage::BookingDetails& booking, const domain::UpdateBooking& wish) {
  if (booking.state != domain::BookingState::waitlisted) return Refusal{Code::not_waiting};
  if (wish.quantity.value_or(1) > booking.quantity)
    return Refusal{Code::quantity_over_limit, "The booking waits for fewer tickets than that; book the others"};
  return std::nullopt;
}

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<BookingId>("booking_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const auto wish = read_new_terms(in, *id);
  if (!in.ok()) return in.refusal();
  const auto booking = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_booking(tx, *id, user, app.clock.now()); });
  if (!booking) return Refusal{Code::booking_not_found};

  const auto command = make_command(app, request, booking->user, booking->event, wish);
  const auto refusal = refusal_of(*booking, wish);
  auto reply = refusal ? replay_or(*refusal, app, request, command, *body, kMessage)
                       : submit(app, request, command, *body, kMessage);
  return reply.ok() ? acted_as(std::move(*reply), request, user, booking->user) : std::move(reply);
}

int main() { return serve("bookings-update", RateClass::booking, update); }
