#include "storage/account_mails.h"

#include <algorithm>
#include <array>

#include "postgres/rows.h"
#include "storage/users.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// By AccountMail.
constexpr std::array<std::string_view, 5> kNames = {"reset_password", "verify_email", "change_email", "email_changed",
                                                    "password_changed"};

// Those of an account that was erased meanwhile, too.
#define OF_ADDRESS "lower(address) IN (lower($2), erased_address($2))"
// The third newest of an hour.
#define THIRD(of)                                                        \
  "(SELECT created_at FROM account_mails WHERE " of                      \
  " AND kind = $1 AND created_at > $4::timestamptz - interval '1 hour' " \
  "ORDER BY created_at DESC OFFSET 2 LIMIT 1)"
const Statement kLately{"links_lately", "SELECT epoch_ms(greatest(" THIRD(OF_ADDRESS) ", " THIRD(
                                            "user_id = $3") ") + interval '1 hour') AS again_ms"};

#define INSERT                                                                                                  \
  "INSERT INTO account_mails (id, kind, address, user_id, due_at, created_at, waits_since, updated_at) SELECT " \
  "gen_random_uuid(), $1, $2, $3::uuid, $4::timestamptz, $4::timestamptz, $4::timestamptz, $4::timestamptz "
const Statement kInsert{"insert_link_wish", INSERT};
const Statement kInsertNews{"insert_account_news", INSERT "WHERE is_mail_on() AND " THIRD(OF_ADDRESS) " IS NULL"};

#define GOOD \
  "id = $1 AND $2::bytea = ANY (token_hashes) AND used_at IS NULL AND expires_at > $3 AND user_id IS NOT NULL"
const Statement kFind{"find_link", "SELECT kind, user_id, address FROM account_mails WHERE " GOOD};
const Statement kUse{"use_link", "UPDATE account_mails SET used_at = $3 WHERE " GOOD};

const Statement kUseKind{"use_links_of_kind", R"(
  UPDATE account_mails SET used_at = $3 WHERE user_id = $1 AND kind = $2 AND used_at IS NULL)"};

}  // namespace

std::string_view name_of(AccountMail kind) { return kNames.at(static_cast<std::size_t>(kind)); }

std::optional<Time> insert_link_wish(pqxx::work& tx, const LinkWish& wish, Time now) {
  const auto kind = std::string(name_of(wish.kind));
  const auto user = wish.user ? std::optional(wish.user->str()) : std::nullopt;
  lock_address(tx, wish.address);  // whoever waits for it sees what the one before has written
  const auto lately = run(tx, kLately, kind, wish.address, or_null(user), format_time(now));
  if (const auto again_at = optional_time(lately[0][0])) return again_at;
  // A link to an address that was mistyped does not count once there is one to another address.
  if (wish.kind == AccountMail::change_email) run(tx, kUseKind, wish.user->str(), kind, format_time(now));
  run(tx, kInsert, kind, wish.address, or_null(user), format_time(now));
  return std::nullopt;
}

void insert_account_news(pqxx::transaction_base& tx, AccountMail kind, UserId user, const std::string& address,
                         Time now) {
  run(tx, kInsertNews, std::string(name_of(kind)), address, user.str(), format_time(now));
}

std::optional<Link> find_link(pqxx::transaction_base& tx, MailId id, const std::string& hash, Time now) {
  const auto rows = run(tx, kFind, id.str(), bytea(hash), format_time(now));
  if (rows.empty()) return std::nullopt;
  const auto* const kind = std::ranges::find(kNames, text_of(rows[0]["kind"]));
  return Link{id, hash, static_cast<AccountMail>(kind - kNames.begin()), id_of<UserId>(rows[0]["user_id"]),
              text_of(rows[0]["address"])};
}

bool update_link_used(pqxx::work& tx, const Link& link, Time now) {
  const auto at = format_time(now);
  if (run(tx, kUse, link.mail.str(), bytea(link.hash), at).affected_rows() == 0) return false;
  run(tx, kUseKind, link.user.str(), std::string(name_of(link.kind)), at);
  return true;
}

}  // namespace ticketd::storage
