// GET /v1/calendars/{calendar_id}.ics: the feed of somebody's bookings. Whoever knows the address may read it:
// calendars send no tokens.
#include <algorithm>

#include "api/calendar.h"
#include "endpoint/serve.h"
#include "storage/users.h"

using namespace ticketd;

// Of the newest so many; and those whose event was over before that are not in it any more.
static constexpr int kMost = 500;
static constexpr std::chrono::hours kKeptFor{24 * 30};

static Answer get_feed(App& app, const Request& request) {
  const auto id = request.path_id<CalendarId>("calendar_id");
  if (!id.ok()) return id.refusal();
  const auto now = app.clock.now();
  storage::BookingFilter newest;
  newest.limit = kMost;
  std::vector<storage::BookingDetails> bookings;
  const bool found = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    const auto owner = storage::find_calendar_owner(tx, *id);
    if (owner) bookings = storage::list_bookings(tx, *owner, newest, now);
    return owner.has_value();
  });
  if (!found) return Refusal{Code::calendar_not_found};
  std::erase_if(bookings, [&](const storage::BookingDetails& booking) {
    return booking.state == domain::BookingState::rejected || booking.event_ends_at < now - kKeptFor;
  });
  Reply reply;
  reply.header("Content-Type", "text/calendar; charset=utf-8; method=PUBLISH");
  reply.body = feed_of(bookings);
  return http::with_etag(std::move(reply), request);
}

int main() { return serve("calendars-get", RateClass::reads, get_feed); }
