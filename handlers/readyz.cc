// GET /readyz: 200 when a booking would be taken, 503 with what is missing otherwise: each store is asked for what the
// endpoints need of it, and not just whether it is there. The cache may be away: the service goes on without it.
#include "endpoint/serve.h"
#include "storage/events.h"
#include "storage/health.h"

using namespace ticketd;

// As every request does it.
static bool cache_counts(App& app) {
  const auth::Network nobody{"readyz"};
  return app.gate.enter("ready", {&nobody, 1}, {&nobody, 1}, RateRule{1, 60}, std::nullopt).reachable;
}

static Answer readyz(App& app, const Request&) {
  const bool writable = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    storage::find_event(tx, EventId());  // is the schema there, and ours to read?
    return storage::is_writable(tx);
  });
  if (!writable) return Refusal{Code::database_unavailable};
  app.queue.must_be_ready();
  const auto parts =
      JsonText::object({{"database", "ok"}, {"queue", "ok"}, {"cache", cache_counts(app) ? "ok" : "away"}});
  return http::success(200, "ready", parts);
}

int main() { return serve("readyz", RateClass::none, readyz); }
