// Accounts as an operator sees them, and their end.
//
// An erased account stays as a row, because bookings and events refer to it, but without name, address and password:
// nobody can log in to it, and the address is free for a new account. It is known by its empty password_hash.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"
#include "storage/users.h"

namespace ticketd::storage {

// Times of the kind that tokens_valid_after has: epoch 0 means never.
struct AccountOverview {
  User user;
  bool deleted = false;
  Time tokens_valid_after;  // access tokens issued before are refused
  int sessions = 0;         // logins whose refresh token can still be used
  int open_events = 0;      // of their own, not over yet
  int confirmed = 0;        // bookings of events that are not over yet
  int waitlisted = 0;
  int unread = 0;  // notifications
};

// By id, or by e-mail without regard to case. Empty if there is none.
std::optional<AccountOverview> find_account_overview(pqxx::transaction_base& tx, const std::string& id_or_email,
                                                     Time now);

// Those whose e-mail or name contains `part`, or all, the newest first.
std::vector<User> list_users(pqxx::transaction_base& tx, const std::string& part, int limit);

// `role` is user or admin.
void update_role(pqxx::transaction_base& tx, UserId id, const std::string& role, Time now);

// False, and nothing changed, if the address is somebody else's, in whatever case of letters. Links that were sent to
// the old one cannot be used any more, and it is told. `verified`: the new one is known to be the user's own. Within
// lock_user().
bool update_email(pqxx::work& tx, UserId id, const std::string& email, bool verified, Time now);

// Erases the account as said above, with its mails and webhooks, and ends its sessions as update_sessions_revoked()
// does. A worker cancels what it holds or organises of events to come (erasures.h).
Time erase_account(pqxx::work& tx, UserId id, const Clock& clock);

struct LiveBooking {
  BookingId id;
  EventId event;
  std::string state;
  std::string event_title;
};
// The user's confirmed and waiting bookings of events that are not over yet, oldest first.
std::vector<LiveBooking> list_live_bookings(pqxx::transaction_base& tx, UserId user, Time now);

}  // namespace ticketd::storage
