#include "support/mailed_links.h"

#include "auth/mail_link.h"
#include "auth/opaque_token.h"
#include "storage/mails.h"
#include "support/stack.h"
#include "support/stack_database.h"

#include <CppUTest/TestHarness.h>  // last: it redefines new

namespace ticketd::e2e {

void turn_mail(bool on) {
  storage::update_mail_on(*connect_database(), on, [](const auto&) {});
}

MailIsOn::MailIsOn() { turn_mail(true); }
MailIsOn::~MailIsOn() { turn_mail(false); }

std::string mailed_link(const std::string& kind, const std::string& address) {
  // The messenger takes what is due first.
  const auto mail = query(
      "UPDATE account_mails SET due_at = 'epoch' WHERE id = (SELECT id FROM account_mails "
      "WHERE kind = $1 AND address = $2 AND state = 'waiting' ORDER BY created_at DESC, id DESC LIMIT 1) RETURNING id",
      kind, address);
  if (mail.empty()) FAIL(("no mail of " + kind + " to " + address).c_str());
  postgres::DatabasePool database(setting("DATABASE_URL"), {"e2e"}, 1);
  SystemRandom random;
  const auto secret = auth::make_opaque_token(random);
  const auto task = postgres::transact(database, [&](pqxx::work& tx) {
    const auto now = SystemClock().now();
    auto claimed = storage::claim_account_mail(tx, now, now + std::chrono::minutes(5), auth::hash_of(secret));
    storage::update_mail_sent(tx, *claimed, now);
    return *claimed;
  });
  if (!task.user) FAIL(("nobody has the address " + address).c_str());
  return auth::mail_link_of(task.id, secret);
}

std::string unsubscribe_link(const std::string& kind, const std::string& user_id) {
  SystemRandom random;
  const auto id = MailId::make(SystemClock().now(), random);
  const auto secret = auth::make_opaque_token(random);
  query(
      "WITH told AS (INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at) "
      "SELECT $1::uuid, $2::uuid, $3::text, 'News', at, at FROM date_trunc('milliseconds', now()) AS at RETURNING id, "
      "created_at) "
      "INSERT INTO mails (id, user_id, state, attempts, waits_since, created_at, updated_at, token_hashes) "
      "SELECT id, $2::uuid, 'sent', 1, created_at, created_at, created_at, ARRAY[decode($4, 'hex')] FROM told",
      id.str(), user_id, kind, auth::hex_hash_of(secret));
  return auth::mail_link_of(id, secret);
}

}  // namespace ticketd::e2e
