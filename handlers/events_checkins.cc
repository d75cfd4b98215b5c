// GET /v1/events/{event_id}/checkins: what was scanned at the door of an event of the caller, and how it was answered.
#include "api/door_fields.h"
#include "api/paging.h"
#include "api/views.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

static std::optional<std::string> read_result(http::Fields& in) {
  return in.optional_word<std::string>("result", {{"admitted", "admitted"},
                                                  {"readmitted", "readmitted"},
                                                  {"left", "left"},
                                                  {"already_in", "already_in"},
                                                  {"not_in", "not_in"},
                                                  {"revoked", "revoked"},
                                                  {"cancelled", "cancelled"},
                                                  {"waiting", "waiting"},
                                                  {"held", "held"},
                                                  {"too_early", "too_early"},
                                                  {"conflict", "conflict"},
                                                  {"wrong_event", "wrong_event"},
                                                  {"unknown", "unknown"}});
}

static Answer list(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  http::Fields in(request);
  const auto result = read_result(in);
  const auto page = read_page(in, "checkins " + id->str() + result.value_or(""));
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = find_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    auto checkins = storage::list_checkins(tx, *id, result, page.after, page.rows());
    const auto next = cut(checkins, page, by_creation);
    auto rows = JsonText::array();
    for (const auto& checkin : checkins) rows.push(checkin_json(checkin));
    return http::success(200, "checkins found",
                         JsonText::object({{"data", rows}, {"pagination", cursor_pagination(page.limit, next)}}));
  });
}

int main() { return serve("events-checkins", RateClass::reads, list); }
