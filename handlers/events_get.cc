// GET /v1/events/{event_id}
#include "api/event_reply.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer get_event(App& app, const Request& request, std::optional<UserId> user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto event = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, *id); });
  if (!event) return Refusal{Code::event_not_found};
  return http::with_etag(event_reply(*event, reader_of(*event, user), app.clock.now()), request);
}

int main() { return serve("events-get", RateClass::reads, get_event); }
