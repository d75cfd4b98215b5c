#include "endpoint/event_change.h"

#include "endpoint/admin.h"
#include "endpoint/submission.h"

namespace ticketd {

Result<OwnEvent> find_own_event(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  auto actor = user;
  auto event = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    auto found = storage::find_event_details(tx, *id);
    if (found) actor = acting_on(tx, user, found->owner);
    return found;
  });
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != actor) return Refusal{Code::not_event_owner};
  if (event->status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
  return OwnEvent{*std::move(event), actor};
}

Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, domain::Action action,
                    const std::function<Reply(const storage::EventDetails&)>& made) {
  const auto command = make_command(app, request, own.actor, own.event.id, std::move(action));
  const auto done = submit_and_wait(app, command);
  if (!done.ok()) return done.refusal();
  auto reply = *done ? made(*postgres::autocommit(
                           app.database,
                           [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, own.event.id); }))
                     : accepted(command, "Event update submitted successfully");
  return acted_as(std::move(reply), request, user, own.actor);
}

}  // namespace ticketd
