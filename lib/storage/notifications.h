// What people were told.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/bookings.h"

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

// A user's notifications, newest first, `limit` of 1 to 100.
std::vector<Notification> list_notifications(pqxx::transaction_base& tx, UserId user, bool unread_only,
                                             const std::optional<Before>& before, int limit);

// Those of the ids that exist by now.
std::vector<NotificationId> list_existing(pqxx::transaction_base& tx, const std::vector<NotificationId>& ids);

int count_unread(pqxx::transaction_base& tx, UserId user);

// Marks the user's own as read, those that were unread; says how many. An empty list of ids means all.
int update_notifications_read(pqxx::transaction_base& tx, UserId user, const std::vector<NotificationId>& ids,
                              Time now);

}  // namespace ticketd::storage
