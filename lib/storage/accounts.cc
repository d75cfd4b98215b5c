#include "storage/accounts.h"

#include "postgres/rows.h"
#include "storage/account_mails.h"
#include "storage/live.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

const std::string kFindSql = std::string("SELECT ") + kUserColumns + R"(, u.password_hash = '' AS deleted,
    epoch_ms(least(greatest(u.tokens_valid_after, 'epoch'), '9999-01-01Z')) AS after_ms,
    (SELECT count(DISTINCT family_id) FROM refresh_tokens
     WHERE user_id = u.id AND used_at IS NULL AND revoked_at IS NULL AND expires_at > $3) AS sessions,
    (SELECT count(*) FROM events WHERE user_id = u.id AND state = 'open' AND end_date_time > $3) AS open_events,
    (SELECT count(*) FROM bookings b JOIN events e ON e.id = b.event_id
     WHERE b.user_id = u.id AND b.state = 'confirmed' AND e.end_date_time > $3) AS confirmed,
    (SELECT count(*) FROM bookings b JOIN events e ON e.id = b.event_id
     WHERE b.user_id = u.id AND b.state = 'waitlisted' AND e.end_date_time > $3) AS waitlisted,
    (SELECT count(*) FROM notifications WHERE user_id = u.id AND read_at IS NULL) AS unread
  FROM users u WHERE u.id = $1
    OR lower(u.email) IN (lower($2), lower(normalize($2, NFC)), lower(normalize($2, NFD))) LIMIT 1)";

const std::string kListSql = std::string("SELECT ") + kUserColumns + R"(
  FROM users u WHERE $1 = '' OR strpos(lower(u.email), lower($1)) > 0 OR strpos(lower(u.name), lower($1)) > 0
  ORDER BY u.id DESC LIMIT $2)";

const Statement kUpdateRole{"update_role", "UPDATE users SET role = $2, updated_at = $3 WHERE id = $1"};

// An earlier release takes no lock of an address: the unique index keeps it from being taken twice.
const Statement kUpdateEmail{"update_email", R"(
  UPDATE users AS u SET email = $2, email_verified_at = CASE WHEN $4 THEN $3::timestamptz END, updated_at = $3
  FROM (SELECT id, email FROM users WHERE id = $1 FOR NO KEY UPDATE) AS old
  WHERE u.id = old.id AND NOT EXISTS (SELECT 1 FROM users WHERE lower(email) = lower($2) AND id <> $1)
  RETURNING old.email, lower(old.email) <> lower(u.email))"};

const Statement kErase{"erase_account", "SELECT erase_account($1, $2)"};

const Statement kLiveBookings{"list_live_bookings", R"(
  SELECT b.id, b.event_id, b.state, e.title FROM bookings b JOIN events e ON e.id = b.event_id
  WHERE b.user_id = $1 AND b.state IN )" LIVE_STATES R"( AND e.end_date_time > $2
  ORDER BY b.created_at, b.id)"};

}  // namespace

std::optional<AccountOverview> find_account_overview(pqxx::transaction_base& tx, const std::string& id_or_email,
                                                     Time now) {
  const auto id = UserId::parse(id_or_email);
  const auto id_text = id ? std::optional(id->str()) : std::nullopt;
  const auto rows = run(tx, {"account_overview", kFindSql.c_str()}, or_null(id_text), id_or_email, format_time(now));
  if (rows.empty()) return std::nullopt;
  const auto row = rows[0];
  return AccountOverview{user_of(row),
                         row["deleted"].as<bool>(),
                         time_of(row["after_ms"]),
                         int_of(row["sessions"]),
                         int_of(row["open_events"]),
                         int_of(row["confirmed"]),
                         int_of(row["waitlisted"]),
                         int_of(row["unread"])};
}

std::vector<User> list_users(pqxx::transaction_base& tx, const std::string& part, int limit) {
  return list_of(run(tx, {"list_users", kListSql.c_str()}, part, limit), user_of);
}

void update_role(pqxx::transaction_base& tx, UserId id, const std::string& role, Time now) {
  run(tx, kUpdateRole, id.str(), role, format_time(now));
}

bool update_email(pqxx::work& tx, UserId id, const std::string& email, bool verified, Time now) {
  lock_address(tx, email);
  const auto old = run(tx, kUpdateEmail, id.str(), email, format_time(now), verified);
  if (old.empty()) return false;
  if (old[0][1].as<bool>()) insert_account_news(tx, AccountMail::email_changed, id, text_of(old[0][0]), now);
  return true;
}

Time erase_account(pqxx::work& tx, UserId id, const Clock& clock) {
  lock_user(tx, id);
  run(tx, kErase, id.str(), format_time(clock.now()));
  return update_sessions_revoked(tx, id, clock);
}

std::vector<LiveBooking> list_live_bookings(pqxx::transaction_base& tx, UserId user, Time now) {
  return list_of(run(tx, kLiveBookings, user.str(), format_time(now)), [](const pqxx::row& row) -> LiveBooking {
    return {id_of<BookingId>(row["id"]), id_of<EventId>(row["event_id"]), text_of(row["state"]), text_of(row["title"])};
  });
}

}  // namespace ticketd::storage
