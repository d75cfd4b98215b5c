// GET /v1/events/status/{event_id}: how many seats are left, how long the line is, and what the caller, if signed in,
// has of it.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer status(App& app, const Request& request, std::optional<UserId> user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto now = app.clock.now();
  const auto found = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_standing(tx, *id, user, now); });
  if (!found) return Refusal{Code::event_not_found};
  const auto& mine = found->mine;
  const auto state = state_of(found->status, found->ends_at, now);
  const auto offer = offer_of(state, *found, now);
  auto data = JsonText::object({{"available_tickets", offer.available_tickets},
                                {"waiting_list_count", offer.waiting_list_count},
                                {"waiting_tickets", offer.waiting_tickets},
                                {"total_tickets", found->total_tickets},
                                {"state", state}});
  if (user) {
    data.set("my", JsonText::object(
                       {{"confirmed", mine.confirmed}, {"waitlisted", mine.waitlisted}, {"position", mine.place}}));
  }
  return http::with_etag(http::success(200, "Event status retrieved successfully", data), request);
}

int main() { return serve("events-status", RateClass::reads, status); }
