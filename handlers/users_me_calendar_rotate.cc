// POST /v1/users/me/calendar/rotate: another address for the feed of the caller's bookings; the one before ends.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer rotate(App& app, const Request&, UserId user) {
  const auto id = postgres::autocommit(app.database,
                                       [&](pqxx::transaction_base& tx) { return storage::update_calendar(tx, user); });
  if (!id) return Refusal{Code::token_invalid};
  return http::success(200, "calendar has another address", calendar_json(app.config.public_url, *id));
}

int main() { return serve("users-me-calendar-rotate", RateClass::booking, rotate); }
