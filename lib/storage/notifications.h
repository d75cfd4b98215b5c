// What people were told.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/cursor.h"

namespace ticketd::storage {

struct Notification {
  NotificationId id;
  UserId user;
  std::optional<EventId> event;
  std::optional<BookingId> booking;
  std::string kind;
  std::string message;
  Time created_at;
  Time updated_at;
  std::optional<Time> read_at;
};

// A user's notifications, newest first.
std::vector<Notification> list_notifications(pqxx::transaction_base& tx, UserId user, bool unread_only,
                                             const std::optional<Cursor>& after, int limit);

// Those of the ids that exist by now.
std::vector<NotificationId> list_existing(pqxx::transaction_base& tx, const std::vector<NotificationId>& ids);

// How many the user has not read, besides these.
int count_unread(pqxx::transaction_base& tx, UserId user, const std::vector<NotificationId>& besides = {});

// Marks the user's own as read, those that were unread; says how many. An empty list of ids means all.
int update_notifications_read(pqxx::transaction_base& tx, UserId user, const std::vector<NotificationId>& ids,
                              Time now);

}  // namespace ticketd::storage
