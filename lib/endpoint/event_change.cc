#include "endpoint/event_change.h"

#include "api/event_reply.h"
#include "endpoint/admin.h"
#include "endpoint/submission.h"

namespace ticketd {
namespace {

struct OwnEvent {
  storage::EventDetails event;
  UserId actor;
};

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
  return OwnEvent{*std::move(event), actor};
}

// The command of the same request, accepted before. A key that stands for something else is refused when it is queued.
template <class Change>
std::optional<domain::Command> find_first(App& app, const Request& request, const OwnEvent& own,
                                          const std::optional<queue::IdempotencyKey>& key) {
  if (!key) return std::nullopt;
  const auto first = app.queue.find_replay(make_command(app, request, own.actor, own.event.id, Change{}), *key);
  return first.ok() ? *first : std::nullopt;
}

JsonText changed_json(const storage::EventDetails& event, const domain::SetPool& change, Time now) {
  return pool_json(event, change.pool, now);
}

JsonText changed_json(const storage::EventDetails& event, const domain::SetTicketType& change, Time now) {
  return type_json(event, change.type, now);
}

}  // namespace

template <class Change>
Answer change_event(App& app, const Request& request, UserId user, const Json& body, const ChangeOf<Change>& change_of,
                    int status, std::string_view message) {
  static constexpr const char* kSubmitted = "Event update submitted successfully";
  const auto own = find_own_event(app, request, user);
  if (!own.ok()) return own.refusal();
  const auto key = key_of(request, body);
  if (!key.ok()) return key.refusal();

  const auto submitted = [&]() -> Result<Submitted> {
    const auto first = find_first<Change>(app, request, *own, *key);
    if (first) return submit_and_wait(app, [&](bool) { return queue::Accepted{*first, true}; });
    if (own->event.status != domain::EventStatus::open) return Refusal{Code::event_cancelled};
    const auto change = change_of(own->event);
    if (!change.ok()) return change.refusal();
    if (const auto no = unseen_refusal(request, own->event, app.clock.now())) return *no;
    return submit_and_wait(app, make_command(app, request, own->actor, own->event.id, *change), *key);
  }();
  if (!submitted.ok()) return submitted.refusal();
  const auto& [command, is_replayed, took_effect] = *submitted;
  if (!took_effect)
    return acted_as(is_replayed ? replayed(command, kSubmitted) : accepted(command, kSubmitted), request, user,
                    own->actor);
  const auto event = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, own->event.id); });
  auto reply = http::success(status, message, changed_json(*event, std::get<Change>(command.action), app.clock.now()));
  if (is_replayed) reply.header("Idempotent-Replayed", "true");
  return acted_as(std::move(reply), request, user, own->actor);
}

template Answer change_event(App&, const Request&, UserId, const Json&, const ChangeOf<domain::SetPool>&, int,
                             std::string_view);
template Answer change_event(App&, const Request&, UserId, const Json&, const ChangeOf<domain::SetTicketType>&, int,
                             std::string_view);

}  // namespace ticketd
