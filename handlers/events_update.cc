// PATCH /v1/events/{event_id}: changes an event of the caller, or anybody's for an admin. What decides about bookings
// (capacity, limits, what is said about groups, the end) or is told to those who have one (date, place) goes through
// the queue with the whole change, so that all of it happens or none; title, description, visibility and time zone are
// written here.
#include "api/event_fields.h"
#include "api/event_reply.h"
#include "api/views.h"
#include "endpoint/admin.h"
#include "endpoint/event_quota.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static Reply changed(const storage::EventDetails& event, Time now) {
  return http::success(200, "Event updated successfully", event_details_json(event, Reader::owner, now))
      .header("ETag", event_tag(event, Reader::owner, now));
}

// An event that is over does not count among those that a user may have at once; moved into the future it does.
static std::optional<Refusal> quota_refusal(App& app, pqxx::work& tx, const storage::Event& event,
                                            const domain::EventChanges& changes) {
  const auto now = app.clock.now();
  if (event.ends_at > now || !changes.ends_at || *changes.ends_at <= now) return std::nullopt;
  if (!storage::lock_user(tx, event.owner)) return Refusal{Code::token_invalid};
  return has_all_events(app, tx, event.owner) ? std::optional(Refusal{Code::too_many_events}) : std::nullopt;
}

static bool concerns_bookings(const domain::EventChanges& changes) {
  return changes.total_tickets || changes.rules != domain::RuleChanges{} || changes.starts_at || changes.ends_at ||
         changes.location;
}

// Why the event, as it is now, is not changed so.
static std::optional<Refusal> refusal_of(const std::optional<storage::EventDetails>& event, UserId actor,
                                         const Request& request, const domain::EventChanges& changes, Time now) {
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != actor) return Refusal{Code::not_event_owner};
  if (event->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
  if (changes.total_tickets && event->pools.size() > 1) return event_has_pools();
  if (auto refusal = dates_refusal(*event, changes, now)) return refusal;
  return unseen_refusal(request, *event, now);
}

static Answer update(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  const auto changes = read_event_changes(*body);
  if (!changes.ok()) return changes.refusal();

  auto actor = user;
  if (!concerns_bookings(*changes)) {
    auto answer = postgres::transact(app.database, [&](pqxx::work& tx) -> Answer {
      const auto now = app.clock.now();
      storage::lock_event(tx, *id);
      auto event = storage::find_event_details(tx, *id);
      if (event) actor = acting_on(tx, user, event->owner);
      if (const auto no = refusal_of(event, actor, request, *changes, now)) return *no;
      static_cast<storage::Event&>(*event) = storage::update_event(tx, *id, actor, *changes, now).value();
      return changed(*event, now);
    });
    return answer.ok() ? acted_as(*std::move(answer), request, user, actor) : answer;
  }
  const auto find = [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, *id); };
  const auto event = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    auto found = find(tx);
    if (found) actor = acting_on(tx, user, found->owner);
    return found;
  });
  if (const auto no = refusal_of(event, actor, request, *changes, app.clock.now())) return *no;
  const auto command = make_command(app, request, actor, *id, domain::UpdateEvent{*changes});
  const auto done = submit_and_wait(app, [&](bool awaited) {
    if (!changes->ends_at) return app.queue.submit(command, std::nullopt, awaited);
    return postgres::transact(app.database, [&](pqxx::work& tx) -> Result<queue::Accepted> {
      if (const auto refusal = quota_refusal(app, tx, *event, *changes)) return *refusal;
      return app.queue.submit(command, std::nullopt, awaited);
    });
  });
  if (!done.ok()) return done.refusal();
  auto reply = done->took_effect ? changed(*postgres::autocommit(app.database, find), app.clock.now())
                                 : accepted(command, "Event update submitted successfully");
  return acted_as(std::move(reply), request, user, actor);
}

int main() { return serve("events-update", RateClass::booking, update, WaitsFor::database, kEventBodyBytes); }
