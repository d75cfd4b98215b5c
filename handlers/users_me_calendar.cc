// GET /v1/users/me/calendar: the address of a feed of the caller's bookings, which a calendar subscribes to.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer calendar(App& app, const Request&, UserId user) {
  const auto id =
      postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::take_calendar(tx, user); });
  if (!id) return Refusal{Code::token_invalid};
  return http::success(200, "calendar found", calendar_json(app.config.public_url, *id));
}

int main() { return serve("users-me-calendar", RateClass::reads, calendar); }
