#include "api/notification_list.h"

#include <algorithm>

namespace ticketd {
namespace {

struct Row {
  Time created_at;
  NotificationId id;
  JsonText json;
};

std::vector<NotificationId> ids_of(const std::vector<domain::Command>& pending) {
  std::vector<NotificationId> ids;
  ids.reserve(pending.size());
  for (const auto& command : pending) ids.push_back(command.notification);
  return ids;
}

// Without those whose outcome was committed since the queue was asked.
void erase_decided(pqxx::transaction_base& tx, std::vector<domain::Command>& pending) {
  const auto decided = storage::list_existing(tx, ids_of(pending));
  std::erase_if(pending, [&](const auto& command) {
    return std::find(decided.begin(), decided.end(), command.notification) != decided.end();
  });
}

bool is_behind(const Row& row, const std::optional<storage::Cursor>& cursor) {
  return !cursor || std::pair(row.created_at, row.id.str()) < std::pair(cursor->time, cursor->id);
}

}  // namespace

NotificationPage list_page(pqxx::transaction_base& tx, UserId user, bool unread_only, const Page& page,
                           std::vector<domain::Command> pending) {
  erase_decided(tx, pending);
  std::vector<Row> rows;
  for (const auto& told : storage::list_notifications(tx, user, unread_only, page.after, page.rows()))
    rows.push_back({told.created_at, told.id, notification_json(told)});
  for (const auto& command : pending)
    rows.push_back({command.accepted_at, command.notification, pending_notification_json(command)});
  std::erase_if(rows, [&](const Row& row) { return !is_behind(row, page.after); });
  std::ranges::stable_sort(rows, std::greater(), [](const Row& row) { return std::pair(row.created_at, row.id); });
  // One that was decided in between is there twice, its outcome first.
  const auto is_same = [](const Row& a, const Row& b) { return a.id == b.id; };
  rows.erase(std::unique(rows.begin(), rows.end(), is_same), rows.end());

  NotificationPage found{JsonText::array(), 0, cut(rows, page, by_creation)};
  for (const auto& row : rows) found.rows.push(row.json);
  found.unread_count = storage::count_unread(tx, user, ids_of(pending)) + static_cast<int>(pending.size());
  return found;
}

}  // namespace ticketd
