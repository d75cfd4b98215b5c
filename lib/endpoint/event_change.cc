#include "endpoint/event_change.h"

#include "api/event_reply.h"
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

// Was it made under this key before? Then the event is not the one of If-Match any more: by that very request.
static Result<bool> is_repeated(App& app, const domain::Command& command,
                                const std::optional<queue::IdempotencyKey>& key) {
  if (!key) return false;
  const auto first = app.queue.find_replay(command, *key);
  return first.ok() ? Result<bool>(first->has_value()) : first.refusal();
}

// The pool or the type that was made or changed: under a key that was used before it is the first one's.
static JsonText changed_json(const storage::EventDetails& event, const domain::SetPool& change, Time now) {
  return pool_json(event, change.pool, now);
}

static JsonText changed_json(const storage::EventDetails& event, const domain::SetTicketType& change, Time now) {
  return type_json(event, change.type, now);
}

template <class Change>
static Answer carry_out(App& app, const Request& request, UserId user, const OwnEvent& own, const Json& body,
                        const Change& change, int status, std::string_view message) {
  static constexpr const char* kSubmitted = "Event update submitted successfully";
  const auto key = key_of(request, body);
  if (!key.ok()) return key.refusal();
  const auto command = make_command(app, request, own.actor, own.event.id, change);
  const auto repeated = is_repeated(app, command, *key);
  if (!repeated.ok()) return repeated.refusal();
  if (!*repeated) {
    if (const auto no = unseen_refusal(request, own.event, command.accepted_at)) return *no;
  }
  const auto done = submit_and_wait(app, command, *key);
  if (!done.ok()) return done.refusal();
  if (!done->took_effect) {
    return acted_as(done->replayed ? replayed(done->command, kSubmitted) : accepted(done->command, kSubmitted), request,
                    user, own.actor);
  }
  const auto event = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return storage::find_event_details(tx, own.event.id); });
  auto reply =
      http::success(status, message, changed_json(*event, std::get<Change>(done->command.action), app.clock.now()));
  if (done->replayed) reply.header("Idempotent-Replayed", "true");
  return acted_as(std::move(reply), request, user, own.actor);
}

Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, const Json& body,
                    const domain::SetPool& change, int status, std::string_view message) {
  return carry_out(app, request, user, own, body, change, status, message);
}

Answer change_event(App& app, const Request& request, UserId user, const OwnEvent& own, const Json& body,
                    const domain::SetTicketType& change, int status, std::string_view message) {
  return carry_out(app, request, user, own, body, change, status, message);
}

}  // namespace ticketd
