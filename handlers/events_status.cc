// GET /v1/events/status/{event_id}: how many seats are left, how long the line is, and what the caller has of it.
#include "app/serve.h"
#include "app/views.h"

using namespace ticketd;

static Answer status(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  return storage::read(app.database, [&](pqxx::transaction_base& tx) -> Answer {
    const auto event = storage::find_event(tx, *id);
    if (!event) return Refusal{Code::event_not_found};
    const auto mine = storage::find_holding(tx, *id, user);
    const auto data = Json::object(
        {{"available_tickets", event->available_tickets},
         {"waiting_list_count", event->waiting_list_count},
         {"total_tickets", event->total_tickets},
         {"state", state_of(*event, app.clock.now())},
         {"my", Json::object(
                    {{"confirmed", mine.confirmed}, {"waitlisted", mine.waitlisted}, {"position", mine.position}})}});
    return http::with_etag(http::success(200, "Event status retrieved successfully", data), request);
  });
}

int main() { return serve("events-status", Limit::reads, status); }
