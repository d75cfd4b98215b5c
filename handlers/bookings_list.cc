// GET /v1/bookings: the caller's bookings, newest first, with the live place in the line of those that wait.
#include "api/paging.h"
#include "api/views.h"
#include "base/text.h"
#include "endpoint/serve.h"

using namespace ticketd;
using domain::BookingState;

static Answer list(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  storage::BookingFilter filter;
  filter.state = in.optional_word<BookingState>("state", {{"confirmed", BookingState::confirmed},
                                                          {"held", BookingState::held},
                                                          {"waitlisted", BookingState::waitlisted},
                                                          {"cancelled", BookingState::cancelled},
                                                          {"rejected", BookingState::rejected}});
  filter.event = in.optional_id<EventId>("event_id");
  const auto state = filter.state ? domain::name_of(*filter.state) : "any";
  const auto page = read_page(in, "bookings " + std::string(state) + (filter.event ? filter.event->str() : ""));
  if (!in.ok()) return in.refusal();
  filter.after = page.after;
  filter.limit = page.rows();

  const auto now = app.clock.now();
  auto bookings = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::list_bookings(tx, user, filter, now); });
  const auto next_cursor = cut(bookings, page, by_creation);
  auto rows = JsonText::array();
  for (auto& booking : bookings) {
    booking.event_location = excerpt(booking.event_location, storage::kListedText);
    rows.push(booking_json(booking, now));
  }
  const auto data = JsonText::object({{"data", rows}, {"pagination", cursor_pagination(page.limit, next_cursor)}});
  return http::with_etag(http::success(200, "Bookings retrieved successfully", data), request);
}

int main() { return serve("bookings-list", RateClass::reads, list); }
