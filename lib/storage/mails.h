// Mails: on their way from a notification to whom it is for. 0034_mails.sql says what the states are.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

// One that is to be sent, with what it tells.
struct MailTask {
  NotificationId id;
  UserId user;
  std::string kind;  // of the notification
  std::string message;
  std::optional<BookingId> booking;
  std::string address;
  std::optional<std::string> name;
  // Of the event, if there is one:
  std::string event_title;
  std::string event_location;
  std::string event_time;  // "2026-12-05 20:00 Europe/Berlin", when it starts
  int attempts = 0;        // with this one
  Time created_at;         // when it happened
};

// One of a list.
struct MailEntry {
  NotificationId id;
  std::string state;
  std::string kind;
  std::string address;
  int attempts = 0;
  std::optional<Time> due_at;
  std::optional<std::string> error;
  Time created_at;
  Time updated_at;
};

struct MailCounts {
  std::int64_t untold = 0;   // notifications that nobody made a mail of yet; 100,000 for that and more
  std::int64_t waiting = 0;  // mails
  std::int64_t failed = 0;
  std::int64_t tried_again = 0;      // that wait, and were tried before
  std::optional<Time> oldest;        // of what waits: when it happened
  std::optional<std::string> error;  // what the mail server said of the last one that waits or has failed
};

// The `most` oldest notifications that are untold, and that nobody else is at, are told: by a mail, if they are of one
// of the kinds, of an account that was not deleted, and happened at `since` or later, or else by nothing. Says how many
// notifications that were.
int insert_mails(pqxx::work& tx, const std::vector<std::string>& kinds, Time now, Time since, int most);

// The next one that is due, if nobody else is at it. Nobody gets it again before `until`.
std::optional<MailTask> claim_mail(pqxx::work& tx, Time now, Time until);

// How it ended, or when it is due again.
void update_mail_sent(pqxx::work& tx, NotificationId id, Time now);
void update_mail_failed(pqxx::work& tx, NotificationId id, const std::string& error, Time now);
void update_mail_due(pqxx::work& tx, NotificationId id, Time due_at, int attempts, const std::string& error, Time now);

// Those of a state ("waiting", "sent", "failed"), the newest first.
std::vector<MailEntry> list_mails(pqxx::transaction_base& tx, const std::string& state, int most);
std::optional<MailEntry> find_mail(pqxx::transaction_base& tx, NotificationId id);
MailCounts count_mails(pqxx::transaction_base& tx);

// Makes those that failed, or wait for another try, due now and as if they had never been tried; of one, or of all that
// are in that state. Says how many.
int retry_mail(pqxx::transaction_base& tx, NotificationId id, Time now);
int retry_mails(pqxx::transaction_base& tx, const std::string& state, Time now);

// Gives the messenger's role what it may do, if there is the role and it has not got it yet. By the database's owner.
void grant_to_messenger(pqxx::transaction_base& tx);

// Of a deleted account.
void delete_mails_of(pqxx::transaction_base& tx, UserId user);

// Deletes those that ended before then, 5,000 at once. True if there may be more.
bool delete_ended_mails(pqxx::transaction_base& tx, Time before);

}  // namespace ticketd::storage
