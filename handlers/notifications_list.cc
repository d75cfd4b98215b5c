// GET /v1/notifications: what the caller was told, newest first. What is still in the queue stands on the first page as
// being processed, under the id that its outcome will have.
#include <algorithm>

#include "api/paging.h"
#include "api/views.h"
#include "endpoint/serve.h"

using namespace ticketd;

// The queue is only an extra here: the list is there without it.
static std::vector<domain::Command> pending_of(App& app, UserId user) {
  try {
    return app.queue.list_pending(user);
  } catch (const redis::RedisUnavailable&) {
    return {};
  }
}

static Answer list(App& app, const Request& request, UserId user) {
  http::Fields in(request);
  const auto before = read_before(in);
  const bool unread = in.optional_boolean("unread").value_or(false);
  const int limit = in.optional_number("limit", 1, 100).value_or(kPageSize);
  if (!in.ok()) return in.refusal();

  auto rows = JsonText::array();
  auto pending = before ? std::vector<domain::Command>() : pending_of(app, user);
  return postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) -> Answer {
    std::vector<NotificationId> ids;
    ids.reserve(pending.size());
    for (const auto& command : pending) ids.push_back(command.notification);
    const auto existing = storage::list_existing(tx, ids);  // their outcome was committed since the queue was asked
    std::erase_if(pending, [&](const auto& command) {
      return std::find(existing.begin(), existing.end(), command.notification) != existing.end();
    });
    const auto decided = storage::list_notifications(tx, user, unread, before, limit);
    std::for_each(pending.rbegin(), pending.rend(),
                  [&](const auto& command) { rows.push(pending_notification_json(command)); });
    for (const auto& row : decided) rows.push(notification_json(row));
    const auto data =
        JsonText::object({{"data", rows},
                          {"unread_count", storage::count_unread(tx, user) + static_cast<int>(pending.size())},
                          {"pagination", cursor_pagination(limit, cursor_after(decided, limit))}});
    return http::success(200, "Notifications retrieved successfully", data);
  });
}

int main() { return serve("notifications-list", RateClass::reads, list); }
