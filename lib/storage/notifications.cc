#include "storage/notifications.h"

#include "postgres/array_parameter.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define SELECT_NOTIFICATIONS                                                                      \
  "SELECT id, user_id, event_id, booking_id, kind, message, epoch_ms(created_at) AS created_ms, " \
  "epoch_ms(updated_at) AS updated_ms, epoch_ms(read_at) AS read_ms FROM notifications WHERE user_id = $1 "
#define NEWEST_FIRST "AND (created_at, id) < ($2, $3::uuid) ORDER BY created_at DESC, id DESC LIMIT $4"

const Statement kList{"list_notifications", SELECT_NOTIFICATIONS NEWEST_FIRST};
const Statement kListUnread{"list_unread_notifications", SELECT_NOTIFICATIONS "AND read_at IS NULL " NEWEST_FIRST};

const Statement kListExisting{"list_existing_notifications",
                              "SELECT id FROM notifications WHERE id = ANY ($1::uuid[])"};

const Statement kCountUnread{
    "count_unread",
    "SELECT count(*) FROM notifications WHERE user_id = $1 AND read_at IS NULL AND id <> ALL ($2::uuid[])"};

// Both in one order, so that two of them never wait for each other.
const Statement kMarkRead{"mark_read", R"(
  WITH unread AS (SELECT id FROM notifications WHERE user_id = $1 AND id = ANY ($2::uuid[]) AND read_at IS NULL
    ORDER BY id FOR NO KEY UPDATE)
  UPDATE notifications AS n SET read_at = $3, updated_at = $3 FROM unread WHERE n.id = unread.id)"};

const Statement kMarkAllRead{"mark_all_read", R"(
  WITH unread AS (SELECT id FROM notifications WHERE user_id = $1 AND read_at IS NULL ORDER BY id FOR NO KEY UPDATE)
  UPDATE notifications AS n SET read_at = $2, updated_at = $2 FROM unread WHERE n.id = unread.id)"};

}  // namespace

std::vector<Notification> list_notifications(pqxx::transaction_base& tx, UserId user, bool unread_only,
                                             const std::optional<Cursor>& after, int limit) {
  const auto [time, id] = behind(after);
  const auto rows = run(tx, unread_only ? kListUnread : kList, user.str(), time, id, limit);
  return list_of(rows, [&](const pqxx::row& row) -> Notification {
    return {id_of<NotificationId>(row["id"]),
            user,
            optional_id<EventId>(row["event_id"]),
            optional_id<BookingId>(row["booking_id"]),
            text_of(row["kind"]),
            text_of(row["message"]),
            time_of(row["created_ms"]),
            time_of(row["updated_ms"]),
            optional_time(row["read_ms"])};
  });
}

std::vector<NotificationId> list_existing(pqxx::transaction_base& tx, const std::vector<NotificationId>& ids) {
  if (ids.empty()) return {};
  return list_of(run(tx, kListExisting, array_of(ids)),
                 [](const pqxx::row& row) { return id_of<NotificationId>(row["id"]); });
}

int count_unread(pqxx::transaction_base& tx, UserId user, const std::vector<NotificationId>& besides) {
  return int_of(run(tx, kCountUnread, user.str(), array_of(besides))[0][0]);
}

int update_notifications_read(pqxx::transaction_base& tx, UserId user, const std::vector<NotificationId>& ids,
                              Time now) {
  if (ids.empty()) return static_cast<int>(run(tx, kMarkAllRead, user.str(), format_time(now)).affected_rows());
  return static_cast<int>(run(tx, kMarkRead, user.str(), array_of(ids), format_time(now)).affected_rows());
}

}  // namespace ticketd::storage
