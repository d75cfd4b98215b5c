// Which mails somebody wants, and in which language: 0044_announcements.sql.
#pragma once
#include <optional>
#include <string>

#include "base/uuid.h"
#include "postgres/database.h"

namespace ticketd::storage {

struct MailSettings {
  std::optional<std::string> language;  // of two lower-case letters (ISO 639-1); empty: the host's
  bool bookings = true;                 // what becomes of one's bookings
  bool reminders = true;                // of events that one has seats of
  bool messages = true;                 // what organisers write
};

// What is empty stays as it is.
struct MailSettingsChanges {
  std::optional<std::optional<std::string>> language = {};
  std::optional<bool> bookings = {};
  std::optional<bool> reminders = {};
  std::optional<bool> messages = {};

  bool operator==(const MailSettingsChanges&) const = default;
};

// Empty for an account that is gone.
std::optional<MailSettings> find_mail_settings(pqxx::transaction_base& tx, UserId user);
std::optional<MailSettings> update_mail_settings(pqxx::transaction_base& tx, UserId user,
                                                 const MailSettingsChanges& changes);

struct Unsubscribed {
  UserId user;
  std::string mails;  // "reminders" or "messages"
};
// Switches off what the mail is one of, if `hash` is of the token of its link. As often as somebody wants; empty if
// there is no such link, or the mail was deleted, 30 days after it was sent.
std::optional<Unsubscribed> unsubscribe(pqxx::transaction_base& tx, MailId mail, const std::string& hash);

}  // namespace ticketd::storage
