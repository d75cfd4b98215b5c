// PATCH /v1/events/{event_id}: changes an event of the caller. What decides about bookings (capacity, limit per user,
// the end) or is told to those who have one (date, place) goes through the queue with the whole change, so that all of
// it happens or none; title and description are written here.
#include "api/event_fields.h"
#include "api/views.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static Answer changed(App& app, const storage::Event& event) {
  return http::success(200, "Event updated successfully", event_json(event, app.clock.now()));
}

// An event that is over does not count among those that a user may have at once; moved into the future it does.
static bool counts_anew(const storage::Event& event, const domain::EventChanges& changes, Time now) {
  return event.ends_at <= now && changes.ends_at && *changes.ends_at > now;
}

static bool concerns_bookings(const domain::EventChanges& changes) {
  return changes.total_tickets || changes.max_per_user || changes.starts_at || changes.ends_at || changes.location;
}

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  const auto changes = read_event_changes(*body);
  if (!changes.ok()) return changes.refusal();

  const auto find = [&] {
    return postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::find_event(tx, *id); });
  };
  const auto event = find();
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != user) return Refusal{Code::not_event_owner};
  if (event->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
  if (const auto refusal = dates_refusal(*event, *changes)) return *refusal;
  if (counts_anew(*event, *changes, app.clock.now())) {
    const bool has_all = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
      return storage::has_open_events(tx, user, app.config.events_per_user, app.clock.now());
    });
    if (has_all) return Refusal{Code::too_many_events};
  }

  if (!concerns_bookings(*changes)) {
    const auto updated = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
      return storage::update_event(tx, *id, user, *changes, app.clock.now());
    });
    return updated ? changed(app, *updated) : Answer(Refusal{Code::event_cancelled});
  }
  const auto command = make_command(app, request, user, *id, domain::UpdateEvent{*changes});
  const auto done = submit_and_wait(app, command);
  if (!done.ok()) return done.refusal();
  return *done ? changed(app, *find()) : Answer(accepted(command, "Event update submitted successfully"));
}

int main() { return serve("events-update", RateClass::booking, update); }
