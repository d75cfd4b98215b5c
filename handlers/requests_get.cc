// GET /v1/requests/{request_id}: queued, or how the caller's request ended.
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

static JsonText outcome_json(const storage::CommandOutcome& request,
                             const std::optional<storage::BookingDetails>& booking, Time now) {
  auto data = JsonText::object(
      {{"id", request.id.str()}, {"kind", request.kind}, {"state", request.state}, {"outcome", request.outcome}});
  data.set("href", request_href(request.id));
  if (request.reason) data.set("reason", *request.reason);
  if (booking) data.set("booking", booking_json(*booking, now));
  return data;
}

static Answer get_request(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<CommandId>("request_id");
  if (!id.ok()) return id.refusal();
  const auto now = app.clock.now();
  const auto decided = [&]() -> std::optional<JsonText> {
    return postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) -> std::optional<JsonText> {
      const auto found = storage::find_command_outcome(tx, *id, user);
      if (!found) return std::nullopt;
      return outcome_json(*found, found->booking ? storage::find_booking(tx, *found->booking, user, now) : std::nullopt,
                          now);
    });
  };
  auto data = decided();
  if (!data) {
    if (const auto queued = app.queue.find_pending(user, *id)) data = queued_request_json(*queued);
  }
  if (!data) data = decided();  // its outcome may have been committed between the two looks
  if (!data) return Refusal{Code::request_not_found};
  return http::success(200, "Request retrieved successfully", *data);
}

int main() { return serve("requests-get", RateClass::reads, get_request); }
