// PUT /v1/events/{event_id}/reminder: when those with seats of an event of the caller are reminded of it, if they are.
#include "api/announcements.h"
#include "endpoint/admin.h"
#include "endpoint/own_event.h"
#include "endpoint/serve.h"

using namespace ticketd;

// Two weeks: 0044_announcements.sql has the same.
static constexpr int kMostHours = 336;

static storage::Announcement reminder_of(App& app, const storage::Event& event, int hours_before) {
  const auto now = app.clock.now();
  const auto due_at = event.starts_at - std::chrono::hours(hours_before);
  storage::Announcement reminder;
  reminder.id = AnnouncementId::make(now, app.random);
  reminder.event = event.id;
  reminder.kind = "reminder";
  reminder.hours_before = hours_before;
  reminder.created_at = now;
  if (due_at > now) reminder.due_at = due_at;
  return reminder;
}

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const bool is_wanted = !in.is_null("hours_before");
  const int hours_before = is_wanted ? in.number("hours_before", 1, kMostHours) : 0;
  if (!in.ok()) return in.refusal();
  return postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
    const auto event = lock_own_event(tx, *id, user);
    if (!event.ok()) return event.refusal();
    if (event->starts_at <= app.clock.now()) return Refusal{Code::event_over, "The event has begun"};
    const auto reminder = is_wanted ? std::optional(reminder_of(app, *event, hours_before)) : std::nullopt;
    storage::replace_reminder(tx, *id, reminder);
    const auto json = reminder ? announcement_json(*reminder) : JsonText::verbatim("null");
    return acted_as(http::success(200, "Reminder updated successfully", json), request, user, event->owner);
  });
}

int main() { return serve("events-reminder-update", RateClass::booking, update); }
