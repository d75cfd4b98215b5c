// POST /v1/notifications/read: marks some of the caller's notifications, or all, as read.
#include "endpoint/serve.h"
#include "http/fields.h"
#include "storage/notifications.h"

using namespace ticketd;

static Answer mark_read(App& app, const Request& request, UserId user) {
  const auto body = request.json_body();
  if (!body.ok()) return body.refusal();
  http::Fields in(*body);
  const bool all = in.optional_boolean("all").value_or(false);
  const auto list = (*body)["ids"];
  std::vector<NotificationId> ids;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (const auto id = NotificationId::parse(list.at(i).text())) ids.push_back(*id);
  }
  if (!list.is_null() && (!list.is_array() || ids.size() != list.size()))
    in.bad("ids", "invalid_id", "ids must be a list of UUIDs");
  if (in.ok() && !all && ids.empty()) in.bad("ids", "required", "send ids, or all: true");
  if (!in.ok()) return in.refusal();

  if (all) ids.clear();
  const int count = postgres::autocommit(app.database, [&](pqxx::transaction_base& tx) {
    return storage::update_notifications_read(tx, user, ids, app.clock.now());
  });
  return http::success(200, "Notifications marked as read", JsonText::object({{"updated", count}}));
}

int main() { return serve("notifications-read", RateClass::booking, mark_read); }
