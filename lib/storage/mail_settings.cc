#include "storage/mail_settings.h"

#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define COLUMNS                                                                                      \
  "language, 'bookings' <> ALL (unmailed) AS bookings, 'reminders' <> ALL (unmailed) AS reminders, " \
  "'messages' <> ALL (unmailed) AS messages"

const Statement kFind{"find_mail_settings", "SELECT " COLUMNS " FROM users WHERE id = $1 AND password_hash <> ''"};

// Null leaves one as it is.
const Statement kUpdate{"update_mail_settings", R"(
  UPDATE users SET language = CASE WHEN $2 THEN $3 ELSE language END, unmailed = ARRAY(
    SELECT name FROM (VALUES ('bookings', $4::boolean), ('reminders', $5::boolean), ('messages', $6::boolean)) AS wish (name, wanted)
    WHERE NOT coalesce(wanted, name <> ALL (unmailed)))
  WHERE id = $1 AND password_hash <> '' RETURNING )" COLUMNS};

const Statement kUnsubscribe{"unsubscribe", R"(
  WITH mail AS (SELECT m.user_id, mail_category(n.kind) AS mails FROM mails m JOIN notifications n USING (id)
    WHERE m.id = $1 AND $2::bytea = ANY (m.token_hashes))
  UPDATE users u SET unmailed = CASE WHEN mails = ANY (unmailed) THEN unmailed ELSE unmailed || mails END
  FROM mail WHERE u.id = mail.user_id RETURNING u.id, mails)"};

std::optional<MailSettings> settings_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return MailSettings{optional_text(row["language"]), row["bookings"].as<bool>(), row["reminders"].as<bool>(),
                      row["messages"].as<bool>()};
}

}  // namespace

std::optional<MailSettings> find_mail_settings(pqxx::transaction_base& tx, UserId user) {
  return settings_of(run(tx, kFind, user.str()));
}

std::optional<MailSettings> update_mail_settings(pqxx::transaction_base& tx, UserId user,
                                                 const MailSettingsChanges& changes) {
  return settings_of(run(tx, kUpdate, user.str(), changes.language.has_value(),
                         or_null(changes.language.value_or(std::nullopt)), changes.bookings, changes.reminders,
                         changes.messages));
}

std::optional<Unsubscribed> unsubscribe(pqxx::transaction_base& tx, MailId mail, const std::string& hash) {
  const auto rows = run(tx, kUnsubscribe, mail.str(), bytea(hash));
  if (rows.empty()) return std::nullopt;
  return Unsubscribed{id_of<UserId>(rows[0]["id"]), text_of(rows[0]["mails"])};
}

}  // namespace ticketd::storage
