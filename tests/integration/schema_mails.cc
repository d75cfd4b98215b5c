#include "schema_rule.h"

namespace ticketd::tests {
namespace {

constexpr const char* kInsert =
    "INSERT INTO mails (id, user_id, state, attempts, due_at, error, waits_since, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5::timestamptz, $6, now(), now(), now())";

}  // namespace

TEST_GROUP_BASE(SchemaOfMails, SchemaTest) {
  const std::string notification = fresh<NotificationId>().str();
  void setup() override {
    sql("INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at) "
        "VALUES ($1, $2, 'booked', 'm', now(), now())",
        notification, user);
  }
  void insert() const { sql(kInsert, notification, user, "waiting", 0, "now", nullptr); }
};

RULE(SchemaOfMails, mails_pkey, ANotificationIsMailedOnce) {
  insert();
  mails_pkey.refuses(kInsert, notification, user, "waiting", 0, "now", nullptr);
}

RULE(SchemaOfMails, mails_notification, AMailTellsOfANotification) {
  mails_notification.refuses(kInsert, fresh<NotificationId>().str(), user, "waiting", 0, "now", nullptr);
  insert();
  sql("DELETE FROM notifications WHERE id = $1", notification);
  STRCMP_EQUAL("0", sql_text("SELECT count(*) FROM mails WHERE id = $1", notification).c_str());
}

RULE(SchemaOfMails, mails_user, AMailIsForAUser) {
  mails_user.refuses(kInsert, notification, fresh<UserId>().str(), "waiting", 0, "now", nullptr);
}

RULE(SchemaOfMails, mails_state, AMailWaitsOrIsSentOrHasFailed) {
  mails_state.refuses(kInsert, notification, user, "lost", 0, nullptr, nullptr);
}

RULE(SchemaOfMails, mails_attempts, ThereAreNoFewerAttemptsThanNone) {
  mails_attempts.refuses(kInsert, notification, user, "waiting", -1, "now", nullptr);
}

RULE(SchemaOfMails, mails_due, AMailThatWaitsAndNoOtherIsDue) {
  mails_due.refuses(kInsert, notification, user, "waiting", 0, nullptr, nullptr);
  mails_due.refuses(kInsert, notification, user, "sent", 0, "now", nullptr);
}

RULE(SchemaOfMails, mails_failed, AMailThatFailedSaysWhy) {
  mails_failed.refuses(kInsert, notification, user, "failed", 0, nullptr, nullptr);
}

}  // namespace ticketd::tests
