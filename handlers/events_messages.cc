// GET /v1/events/{event_id}/messages: what the people of an event of the caller were told by its organiser, and its
// reminder.
#include "api/announcements.h"
#include "api/paging.h"
#include "api/views.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

static Answer list(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  http::Fields in(request);
  const auto page = read_page(in, "messages " + id->str());
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = find_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    auto announcements = storage::list_announcements(tx, *id, page.after, page.rows());
    const auto next = cut(announcements, page, by_creation);
    auto rows = JsonText::array();
    for (const auto& announcement : announcements) rows.push(announcement_json(announcement));
    return http::success(200, "messages found",
                         JsonText::object({{"data", rows}, {"pagination", cursor_pagination(page.limit, next)}}));
  });
}

int main() { return serve("events-messages", RateClass::reads, list); }
