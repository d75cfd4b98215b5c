// What a user was told, together with what is still being decided.
#pragma once
#include "api/paging.h"
#include "api/views.h"

namespace ticketd {

struct NotificationPage {
  JsonText rows;  // newest first
  int unread_count;
  std::optional<std::string> next_cursor;
};

// `pending`: what the user has in the queue, as it was a moment ago. Each stands at the place and under the id that its
// outcome will have, or has by now.
NotificationPage list_page(pqxx::transaction_base& tx, UserId user, bool unread_only, const Page& page,
                           std::vector<domain::Command> pending);

}  // namespace ticketd
