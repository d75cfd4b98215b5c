// PUT /v1/events/{event_id}/reminder: when those with seats of an event of the caller are reminded of it, if they are.
#include "api/announcements.h"
#include "endpoint/admin.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

// Two weeks: 0044_announcements.sql has the same.
static constexpr int kMostHours = 336;

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  std::optional<int> hours_before;
  if (!in.is_null("hours_before")) hours_before = in.number("hours_before", 1, kMostHours);
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = lock_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    const auto now = app.clock.now();
    if (event->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
    if (event->starts_at <= now) return Refusal{Code::event_over, "The event has begun"};
    const auto reminder = storage::set_reminder(tx, *id, AnnouncementId::make(now, app.random), hours_before, now);
    const auto json = hours_before ? announcement_json(reminder) : JsonText::verbatim("null");
    return acted_as(http::success(200, "Reminder updated successfully", json), request, user, event->owner);
  });
}

int main() { return serve("events-reminder-update", RateClass::booking, update); }
