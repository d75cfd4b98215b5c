// Mails on their way: from a notification to whom it is for, and about an account. 0034_mails.sql and
// 0036_account_mails.sql say what the states are.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

// Where a mail comes from.
enum class Outbox { notifications, accounts };

// One that is to be sent, with what it tells.
struct MailTask {
  Outbox outbox;
  MailId id;
  std::optional<UserId> user;  // empty: nobody has that address, or nobody needs the mail any more
  std::string kind;            // of the notification, or an AccountMail
  std::string message;         // the notification's
  std::string arguments;       // what that is made of (domain/message.h); empty: written by an earlier release
  std::string until;           // the moment of that name among them, as event_time
  std::optional<BookingId> booking;
  std::string address;
  std::optional<std::string> name;
  std::string language;  // of two letters; empty: the host's
  // Of the event, if there is one:
  std::string event_title;
  std::string event_location;
  std::string event_time;  // "2026-12-05 20:00 Europe/Berlin", when it starts
  bool can_stop = false;   // whoever gets it may unsubscribe from others like it: of a notification
  bool is_moot = false;    // they switched such mails off since it was made, or a reminder comes too late
  int attempts = 0;        // with this one
  Time created_at;         // when it happened
  Time waits_since;        // when the mail was made, or retried by hand
};

// One of a list.
struct MailEntry {
  MailId id;
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
  std::int64_t failed_lately = 0;    // within a day
  std::optional<Time> oldest;        // since when what was never tried waits
  std::optional<std::string> error;  // what the mail server said of the last one that waits or has failed
};

// The `most` oldest notifications that are untold, and that nobody else is at, are told: those of one of the kinds, and
// of an account that was not deleted and wants such mails, by a mail, which has failed already if they happened before
// `since`. Says how many notifications that were.
int insert_mails(pqxx::work& tx, const std::vector<std::string>& kinds, Time now, Time since, int most);

// The next one that is due, if nobody else is at it; of what many are told at once last. Nobody gets it again before
// `until`. Its link to unsubscribe, if it has one, can also be used with the token of that hash from now on.
std::optional<MailTask> claim_mail(pqxx::work& tx, Time now, Time until, const std::string& token_hash);
// The same of mails about accounts; from now on its link, if it has one, can also be used with the token of that hash.
std::optional<MailTask> claim_account_mail(pqxx::work& tx, Time now, Time until, const std::string& token_hash);

// How it ended, or when it is due again. The latter two leave alone what somebody else has ended meanwhile.
void update_mail_sent(pqxx::work& tx, const MailTask& task, Time now);
void update_mail_failed(pqxx::work& tx, const MailTask& task, const std::string& error, Time now);
void update_mail_due(pqxx::work& tx, const MailTask& task, Time due_at, int attempts, const std::string& error,
                     Time now);
// There is nobody to send it to, or nothing to tell any more. One about an account is kept for a while, and counts like
// any other.
void update_mail_dropped(pqxx::work& tx, const MailTask& task, Time now);

// Those of a state ("waiting", "sent", "failed"), the newest first.
std::vector<MailEntry> list_mails(pqxx::transaction_base& tx, const std::string& state, int most);
std::optional<MailEntry> find_mail(pqxx::transaction_base& tx, MailId id);
MailCounts count_mails(pqxx::transaction_base& tx, Time now);

// Makes one that failed, or waits, due now and as if it had never been tried; or all that failed or wait for another
// try. Nobody wants a link that was asked for two days ago. Says how many.
int retry_mail(pqxx::transaction_base& tx, MailId id, Time now);
int retry_mails(pqxx::transaction_base& tx, Time now);

// Is what happens left untold, for a messenger to tell it? For all hosts, from the next notification on.
bool is_mail_on(pqxx::transaction_base& tx);
// By the database's owner, beside people who book. `news` is told of what takes time. Throws as ShortLocks::run() does.
void update_mail_on(pqxx::connection& connection, bool on, const std::function<void(const std::string&)>& news);

// Gives the messenger's role what it may do, if there is the role and it has not got it yet. By the database's owner.
void grant_to_messenger(pqxx::transaction_base& tx);

// Deletes those that ended before then; of those about accounts, whose links are worthless by then, what ended three
// days ago, or one if they were for nobody. 5,000 of an outbox at once: true if there may be more.
bool delete_ended_mails(pqxx::transaction_base& tx, Time before, Time now);

}  // namespace ticketd::storage
