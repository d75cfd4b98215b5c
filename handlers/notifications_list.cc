// GET /v1/notifications: what the caller was told, newest first. What is still in the queue stands among them as being
// processed.
#include "api/notification_list.h"
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
  const bool unread = in.optional_boolean("unread").value_or(false);
  const auto page = read_page(in, unread ? "notifications unread" : "notifications");
  if (!in.ok()) return in.refusal();

  const auto pending = pending_of(app, user);
  const auto found = postgres::autocommit(
      app.database, [&](pqxx::transaction_base& tx) { return list_page(tx, user, unread, page, pending); });
  return http::success(200, "Notifications retrieved successfully",
                       JsonText::object({{"data", found.rows},
                                         {"unread_count", found.unread_count},
                                         {"pagination", cursor_pagination(page.limit, found.next_cursor)}}));
}

int main() { return serve("notifications-list", RateClass::reads, list); }
