#include "storage/users.h"

#include "postgres/rows.h"
#include "storage/account_mails.h"
#include "storage/admin.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

#define USER_COLUMNS                                                                                \
  "id, role, name, email, epoch_ms(created_at) AS created_ms, epoch_ms(updated_at) AS updated_ms, " \
  "epoch_ms(email_verified_at) AS verified_ms"

// In the order in which they are looked for.
#define FORMS(email, as_sent) "ARRAY[lower(" email "), lower(normalize(" email ", NFD)), lower(" as_sent ")]"

const Statement kInsert{"insert_user",
                        R"(
  INSERT INTO users (id, name, email, password_hash, created_at, updated_at)
  SELECT $1::uuid, $2, $3::text, $4, $5::timestamptz, $5::timestamptz
  WHERE NOT EXISTS (SELECT FROM users WHERE lower(email) = ANY ()" FORMS("$3::text", "$6::text") R"())
  ON CONFLICT (lower(email)) DO NOTHING)"};

const Statement kFind{"find_user", "SELECT " USER_COLUMNS ", password_hash FROM users WHERE id = $1"};

const Statement kFindByEmail{
    "find_account_by_email",
    "SELECT " USER_COLUMNS ", password_hash FROM users WHERE lower(email) = ANY (" FORMS(
        "$1::text", "$2::text") ") ORDER BY array_position(" FORMS("$1::text", "$2::text") ", lower(email)) LIMIT 1"};

const Statement kIsAdmin{"is_admin", "SELECT " IS_ADMIN("$1")};

// "tckm", beside the first keys in shard_locks.cc.
const Statement kLockAddress{"lock_address", "SELECT pg_advisory_xact_lock(x'74636b6d'::int, hashtext(lower($1)))"};

const Statement kFoldEmail{"fold_email", "SELECT lower(normalize($1, NFC))"};

const Statement kUpdatePassword{"update_password", R"(
  UPDATE users SET password_hash = $2, updated_at = $3 WHERE id = $1 RETURNING email)"};

// See update_session_revoked().
const Statement kRevokeAll{"revoke_refresh_tokens_of_user", R"(
  WITH live AS (SELECT token_hash FROM refresh_tokens
    WHERE user_id = $1 AND revoked_at IS NULL AND coalesce(used_at, 'infinity') > $2::timestamptz - interval '1 minute'
    ORDER BY token_hash FOR NO KEY UPDATE)
  UPDATE refresh_tokens AS t SET revoked_at = $2 FROM live WHERE t.token_hash = live.token_hash)"};

// Whoever logs in holds this lock until its tokens are written: see lock_password().
const Statement kLock{"lock_user", "SELECT 1 FROM users WHERE id = $1 FOR NO KEY UPDATE"};

const Statement kRefuseTokens{"revoke_tokens_before", "UPDATE users SET tokens_valid_after = $2 WHERE id = $1"};

const Statement kLockPassword{"lock_password",
                              "SELECT 1 FROM users WHERE id = $1 AND password_hash = $2 FOR NO KEY UPDATE"};

const Statement kKeep{"keep_user", "SELECT 1 FROM users WHERE id = $1 AND password_hash <> '' FOR NO KEY UPDATE"};

const Statement kVerifyEmail{"update_email_verified", R"(
  UPDATE users SET email_verified_at = $2, updated_at = $2 WHERE id = $1 AND email_verified_at IS NULL)"};

// Most of the time nothing is written.
const Statement kTakeCalendar{"take_calendar", R"(
  WITH made AS (UPDATE users SET calendar_id = gen_random_uuid() WHERE id = $1 AND calendar_id IS NULL AND password_hash <> ''
    RETURNING calendar_id)
  SELECT calendar_id FROM made UNION ALL SELECT calendar_id FROM users WHERE id = $1 AND calendar_id IS NOT NULL LIMIT 1)"};
const Statement kUpdateCalendar{
    "update_calendar",
    "UPDATE users SET calendar_id = gen_random_uuid() WHERE id = $1 AND password_hash <> '' RETURNING calendar_id"};
const Statement kCalendarOwner{"find_calendar_owner", "SELECT id FROM users WHERE calendar_id = $1"};

const Statement kUpdateHash{"update_password_hash", "UPDATE users SET password_hash = $2 WHERE id = $1"};

const Statement kIsRefused{"is_token_revoked", R"(
  SELECT NOT EXISTS (SELECT 1 FROM users WHERE id = $1 AND tokens_valid_after <= $3)
    OR EXISTS (SELECT 1 FROM refresh_tokens WHERE family_id = $2 AND revoked_at > $4))"};

// Who is refused for ever is refused for a minute more with each reading.
const Statement kListRefused{"list_revocations", R"(
  SELECT id, epoch_ms(least(tokens_valid_after, $2::timestamptz + interval '1 minute')) AS at_ms
  FROM users WHERE tokens_valid_after > $1 AND tokens_valid_after > '-infinity'
  UNION ALL SELECT user_id, epoch_ms(deleted_at) FROM deleted_users WHERE deleted_at > $1
  UNION ALL SELECT family_id, epoch_ms(max(revoked_at)) FROM refresh_tokens WHERE revoked_at > $1 GROUP BY family_id)"};

std::optional<Account> account_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return Account{user_of(rows[0]), text_of(rows[0]["password_hash"])};
}

}  // namespace

const char* const kUserColumns = USER_COLUMNS;

User user_of(const pqxx::row& row) {
  return {
      id_of<UserId>(row["id"]),   text_of(row["role"]),       optional_text(row["name"]),       text_of(row["email"]),
      time_of(row["created_ms"]), time_of(row["updated_ms"]), optional_time(row["verified_ms"])};
}

std::string fold_email(pqxx::transaction_base& tx, const std::string& email) {
  return text_of(run(tx, kFoldEmail, email)[0][0]);
}

void lock_address(pqxx::transaction_base& tx, const std::string& email) { run(tx, kLockAddress, email); }

bool insert_user(pqxx::transaction_base& tx, const User& user, const std::string& password_hash,
                 const std::string& as_sent) {
  lock_address(tx, user.email);
  return run(tx, kInsert, user.id.str(), or_null(user.name), user.email, password_hash, format_time(user.created_at),
             as_sent)
             .affected_rows() == 1;
}

bool is_admin(pqxx::transaction_base& tx, UserId id) { return run(tx, kIsAdmin, id.str())[0][0].as<bool>(); }

std::optional<User> find_user(pqxx::transaction_base& tx, UserId id) {
  const auto account = find_account(tx, id);
  return account ? std::optional(account->user) : std::nullopt;
}

std::optional<Account> find_account(pqxx::transaction_base& tx, UserId id) {
  return account_of(run(tx, kFind, id.str()));
}

std::optional<Account> find_account_by_email(pqxx::transaction_base& tx, const std::string& email,
                                             const std::string& as_sent) {
  return account_of(run(tx, kFindByEmail, email, as_sent));
}

Time update_sessions_revoked(pqxx::work& tx, UserId id, const Clock& clock) {
  run(tx, kLock, id.str());
  while (run(tx, kRevokeAll, id.str(), format_time(clock.now())).affected_rows() >
         0) {  // until nothing more came in: see update_session_revoked()
  }
  // Only now is every token issued that could still be; one of this very millisecond is refused as well.
  const auto after = clock.now() + milliseconds(1);
  run(tx, kRefuseTokens, id.str(), format_time(after));
  return after;
}

Time update_password(pqxx::work& tx, UserId id, const std::string& password_hash, const Clock& clock) {
  const auto now = clock.now();
  const auto address = text_of(run(tx, kUpdatePassword, id.str(), password_hash, format_time(now))[0][0]);
  insert_account_news(tx, AccountMail::password_changed, id, address, now);
  return update_sessions_revoked(tx, id, clock);
}

bool lock_password(pqxx::work& tx, UserId id, const std::string& password_hash) {
  return !run(tx, kLockPassword, id.str(), password_hash).empty();
}

bool lock_user(pqxx::work& tx, UserId id) { return !run(tx, kKeep, id.str()).empty(); }

void update_email_verified(pqxx::transaction_base& tx, UserId id, Time now) {
  run(tx, kVerifyEmail, id.str(), format_time(now));
}

std::optional<CalendarId> take_calendar(pqxx::transaction_base& tx, UserId id) {
  const auto rows = run(tx, kTakeCalendar, id.str());
  return rows.empty() ? std::nullopt : std::optional(id_of<CalendarId>(rows[0][0]));
}

std::optional<CalendarId> update_calendar(pqxx::transaction_base& tx, UserId id) {
  const auto rows = run(tx, kUpdateCalendar, id.str());
  return rows.empty() ? std::nullopt : std::optional(id_of<CalendarId>(rows[0][0]));
}

std::optional<UserId> find_calendar_owner(pqxx::transaction_base& tx, CalendarId calendar) {
  const auto rows = run(tx, kCalendarOwner, calendar.str());
  return rows.empty() ? std::nullopt : std::optional(id_of<UserId>(rows[0][0]));
}

void update_password_hash(pqxx::work& tx, UserId id, const std::string& password_hash) {
  run(tx, kUpdateHash, id.str(), password_hash);
}

bool is_token_revoked(pqxx::transaction_base& tx, UserId id, const std::optional<SessionId>& session, Time issued_at,
                      Time since) {
  const auto session_id = session ? std::optional(session->str()) : std::nullopt;
  return run(tx, kIsRefused, id.str(), or_null(session_id), format_time(issued_at), format_time(since))[0][0]
      .as<bool>();
}

std::vector<std::pair<Uuid, Time>> list_revocations(pqxx::transaction_base& tx, Time since, Time now) {
  return list_of(run(tx, kListRefused, format_time(since), format_time(now)), [](const pqxx::row& row) {
    return std::pair(*Uuid::parse(text_of(row["id"])), time_of(row["at_ms"]));
  });
}

}  // namespace ticketd::storage
