#include "endpoint/event_quota.h"

#include <algorithm>

#include "storage/events.h"

namespace ticketd {
namespace {

// Those that queued changes of the user move into the future.
std::vector<EventId> events_on_the_move(App& app, UserId owner, Time now) {
  std::vector<EventId> ids;
  for (const auto& command : app.queue.list_pending(owner)) {
    const auto* update = std::get_if<domain::UpdateEvent>(&command.action);
    if (update != nullptr && update->changes.ends_at && *update->changes.ends_at > now) ids.push_back(command.event);
  }
  return ids;
}

}  // namespace

bool has_all_events(App& app, pqxx::work& tx, UserId owner) {
  const auto now = app.clock.now();
  const int most = app.config.events_per_user;
  // Whoever has fewer could not be through with all that may be queued: the queue need not be asked.
  const int enough = std::max(0, most - app.config.pending_per_user);
  if (!storage::has_open_events(tx, owner, enough, now)) return false;
  const auto moved = events_on_the_move(app, owner, now);  // before the table: what is decided meanwhile is there
  return storage::has_open_events(tx, owner, most, now, moved);
}

}  // namespace ticketd
