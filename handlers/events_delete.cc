// DELETE /v1/events/{event_id}: cancels an event of the caller with every booking of it, and tells everyone concerned.
// One that is over only goes out of sight. Once more, perhaps because the first answer was lost, it is answered the
// same.
#include "api/event_reply.h"
#include "endpoint/serve.h"
#include "endpoint/submission.h"
#include "storage/events.h"

using namespace ticketd;

static Reply deleted() {
  return http::success(200, "Event deleted successfully",
                       JsonText::object({{"message", "Event deleted successfully"}}));
}

static Answer delete_event(App& app, const Request& request, UserId user) {
  const auto id = request.path_id<EventId>("event_id");
  if (!id.ok()) return id.refusal();
  const auto event =
      postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) { return storage::find_event(tx, *id); });
  if (!event) return Refusal{Code::event_not_found};
  if (event->owner != user) return Refusal{Code::not_event_owner};
  if (event->status != domain::EventStatus::open) return deleted();
  if (const auto refusal = unseen_refusal(request, *event, app.clock.now())) return *refusal;

  const auto command = make_command(app, request, user, *id, domain::DeleteEvent{});
  const auto done = submit_and_wait(app, command);
  if (!done.ok()) return done.refusal().code == Code::event_cancelled ? Answer(deleted()) : done.refusal();
  return *done ? deleted() : accepted(command, "Event deletion submitted successfully");
}

int main() { return serve("events-delete", RateClass::booking, delete_event); }
