// Accounts.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct User {
  UserId id;
  std::string role;
  std::optional<std::string> name;
  std::string email;
  Time created_at;
  Time updated_at;
  std::optional<Time> email_verified_at = {};
};

// The columns that user_of() reads.
extern const char* const kUserColumns;
User user_of(const pqxx::row& row);

struct Account {
  User user;
  std::string password_hash;
};

// What addresses are compared by, in whatever case and form of letters: two that give the same text are one account.
// PostgreSQL's word on it, for its letters are Unicode's.
std::string fold_email(pqxx::transaction_base& tx, const std::string& email);

// Keeps everybody else from giving an account that address, and from asking for mails to it, until the transaction
// ends. Take it behind a lock of a user's row.
void lock_address(pqxx::transaction_base& tx, const std::string& email);

// An account may have its address in another form than NFC: `as_sent` is the address as it came, before it was made
// that. False, and nothing written, if the address is taken, in whatever case of letters, in NFC, in NFD, or as it was
// sent.
bool insert_user(pqxx::transaction_base& tx, const User& user, const std::string& password_hash,
                 const std::string& as_sent = "");

// False also for nobody.
bool is_admin(pqxx::transaction_base& tx, UserId id);

std::optional<User> find_user(pqxx::transaction_base& tx, UserId id);
std::optional<Account> find_account(pqxx::transaction_base& tx, UserId id);
std::optional<Account> find_account_by_email(pqxx::transaction_base& tx, const std::string& email,
                                             const std::string& as_sent = "");

// Ends every session of the user; gives back what tokens_valid_after is now. Whoever is just logging in or refreshing
// is waited for, and its tokens are refused too.
Time update_sessions_revoked(pqxx::work& tx, UserId id, const Clock& clock);

// A new password; ends every session, and gives back, as update_sessions_revoked() does. Links that were sent to the
// user cannot be used any more, and the user is told by mail.
Time update_password(pqxx::work& tx, UserId id, const std::string& password_hash, const Clock& clock);

// The user's address is known to be the user's own, since now unless it was before.
void update_email_verified(pqxx::transaction_base& tx, UserId id, Time now);

// The address of the feed of the user's bookings: what it is, or was made now, or a new one, which ends the one before.
// Empty for an account that is gone.
std::optional<CalendarId> take_calendar(pqxx::transaction_base& tx, UserId id);
std::optional<CalendarId> update_calendar(pqxx::transaction_base& tx, UserId id);
std::optional<UserId> find_calendar_owner(pqxx::transaction_base& tx, CalendarId calendar);

// Is this still the user's password? Until the transaction ends it stays so: a change waits, and then sees what was
// written here.
bool lock_password(pqxx::work& tx, UserId id, const std::string& password_hash);

// Keeps the user from being deleted until the transaction ends, and others who ask for the same from going on. False:
// there is none, or not any more.
bool lock_user(pqxx::work& tx, UserId id);

// The same password under stronger parameters, within a transaction that holds lock_password(): nothing else changes.
void update_password_hash(pqxx::work& tx, UserId id, const std::string& password_hash);

// Is an access token revoked: because there is no such user any more, because all of the user's of that time are,
// or because the session has ended? One that ended before `since` is not known any more.
bool is_token_revoked(pqxx::transaction_base& tx, UserId id, const std::optional<SessionId>& session, Time issued_at,
                      Time since);

// What has made such tokens since `since`: people, with the time before which theirs were issued (a new password, the
// account's end), and ended sessions, with when they ended.
std::vector<std::pair<Uuid, Time>> list_revocations(pqxx::transaction_base& tx, Time since, Time now);

}  // namespace ticketd::storage
