// GET /v1/bookings: the caller's bookings, newest first, with the live place in the line of those that wait.
#include "api/paging.h"
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;
using domain::BookingState;

static Answer list(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  storage::BookingFilter filter;
  filter.state = in.optional_word<BookingState>("state", {{"confirmed", BookingState::confirmed},
                                                          {"waitlisted", BookingState::waitlisted},
                                                          {"cancelled", BookingState::cancelled},
                                                          {"rejected", BookingState::rejected}});
  filter.event = in.optional_id<EventId>("event_id");
  filter.before = read_before(in);
  filter.limit = in.optional_number("limit", 1, 100).value_or(kPageSize);
  if (!in.ok()) return in.refusal();

  const auto bookings = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return storage::list_bookings(tx, user, filter, app.clock.now());
  });
  auto rows = JsonText::array();
  for (const auto& booking : bookings) rows.push(booking_json(booking, app.clock.now()));
  const auto data = JsonText::object(
      {{"data", rows}, {"pagination", cursor_pagination(filter.limit, cursor_after(bookings, filter.limit))}});
  return http::with_etag(http::success(200, "Bookings retrieved successfully", data), request);
}

int main() { return serve("bookings-list", RateClass::reads, list); }
