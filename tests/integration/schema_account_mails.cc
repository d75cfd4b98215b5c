#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kInsert =
    "INSERT INTO account_mails (id, kind, address, user_id, state, attempts, due_at, error, waits_since, created_at, "
    "updated_at) VALUES ($1, $2, 'ann@example.com', $3, $4, $5, $6::timestamptz, $7, now(), now(), now())";

}  // namespace

TEST_GROUP_BASE(SchemaOfAccountMails, SchemaTest) { const std::string id = fresh<MailId>().str(); };

RULE(SchemaOfAccountMails, account_mails_pkey, EachHasAnIdOfItsOwn) {
  sql(kInsert, id, "verify_email", user, "waiting", 0, "now", nullptr);
  account_mails_pkey.refuses(kInsert, id, "verify_email", user, "waiting", 0, "now", nullptr);
}

RULE(SchemaOfAccountMails, account_mails_kind, EachIsOfAKindThatThereIs) {
  account_mails_kind.refuses(kInsert, id, "advertising", user, "waiting", 0, "now", nullptr);
}

RULE(SchemaOfAccountMails, account_mails_user, EachIsOfAUserOrNobodyHasLooked) {
  account_mails_user.refuses(kInsert, id, "verify_email", fresh<UserId>().str(), "waiting", 0, "now", nullptr);
  sql(kInsert, id, "reset_password", nullptr, "waiting", 0, "now", nullptr);
}

RULE(SchemaOfAccountMails, account_mails_state, EachWaitsOrIsSentOrHasFailedOrIsForNobody) {
  account_mails_state.refuses(kInsert, id, "verify_email", user, "lost", 0, nullptr, nullptr);
}

RULE(SchemaOfAccountMails, account_mails_attempts, ThereAreNoFewerAttemptsThanNone) {
  account_mails_attempts.refuses(kInsert, id, "verify_email", user, "waiting", -1, "now", nullptr);
}

RULE(SchemaOfAccountMails, account_mails_due, OneThatWaitsAndNoOtherIsDue) {
  account_mails_due.refuses(kInsert, id, "verify_email", user, "waiting", 0, nullptr, nullptr);
  account_mails_due.refuses(kInsert, id, "verify_email", user, "sent", 0, "now", nullptr);
}

RULE(SchemaOfAccountMails, account_mails_failed, OneThatFailedSaysWhy) {
  account_mails_failed.refuses(kInsert, id, "verify_email", user, "failed", 0, nullptr, nullptr);
}

}  // namespace ticketd::tests
