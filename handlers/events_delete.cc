// DELETE /v1/events/{event_id}: cancels an event of the caller with every booking of it, and tells everyone concerned.
// One that is over only goes out of sight. An admin may delete anybody's. Once more, perhaps because the first answer
// was lost, it is answered the same.
#include "api/event_reply.h"
#include "endpoint/admin.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"

using namespace ticketd;

static Reply deleted() {
  return http::success(200, "Event deleted successfully",
                       JsonText::object({{"message", "Event deleted successfully"}}));
}

static Answer delete_event(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  std::optional<storage::EventDetails> event;
  const auto actor = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    event = storage::find_event_details(tx, *id);
    return event ? acting_on(tx, user, event->owner) : user;
  });
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != actor) return Refusal{Code::not_event_owner};
  if (event->status != domain::EventStatus::open) return deleted();
  if (const auto refusal = unseen_refusal(request, *event, app.clock.now())) return *refusal;

  const auto command = make_command(app, request, actor, *id, domain::DeleteEvent{});
  const auto done = submit_and_wait(app, command);
  if (!done.ok()) return done.refusal().code == Code::event_cancelled ? Answer(deleted()) : done.refusal();
  auto reply = done->took_effect ? deleted() : accepted(command, "Event deletion submitted successfully");
  return acted_as(std::move(reply), request, user, actor);
}

int main() { return serve("events-delete", RateClass::booking, delete_event); }
