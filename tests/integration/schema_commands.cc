// What the schema forbids about commands, notifications and dead letters.
#include "schema_rule.h"

namespace ticketd::tests {

TEST_GROUP_BASE(SchemaOfCommands, SchemaTest) {
  const std::string command = insert_command();

  static std::string insert_command() {
    return sql_text(
        "INSERT INTO commands VALUES (gen_random_uuid(), 'book', gen_random_uuid(), gen_random_uuid(), 'done', "
        "'confirmed', NULL, NULL, now(), now()) RETURNING id");
  }
};

RULE(SchemaOfCommands, commands_pkey, ACommandTakesEffectOnce) {
  commands_pkey.refuses("INSERT INTO commands SELECT * FROM commands WHERE id = $1", command);
}

RULE(SchemaOfCommands, commands_kind, ACommandIsOfAKnownKind) {
  commands_kind.refuses("UPDATE commands SET kind = 'refund' WHERE id = $1", command);
}

RULE(SchemaOfCommands, commands_state, ACommandIsDoneOrFailed) {
  commands_state.refuses("UPDATE commands SET state = 'queued' WHERE id = $1", command);
}

RULE(SchemaOfCommands, commands_outcome, ACommandEndsInAKnownWay) {
  commands_outcome.refuses("UPDATE commands SET outcome = 'maybe' WHERE id = $1", command);
}

RULE(SchemaOfCommands, commands_failed, AFailedCommandHasNoOtherOutcome) {
  commands_failed.refuses("UPDATE commands SET state = 'failed' WHERE id = $1", command);
  commands_failed.refuses("UPDATE commands SET outcome = 'failed', reason = 'internal_error' WHERE id = $1", command);
}

RULE(SchemaOfCommands, commands_reason, OnlyARefusalHasAReason) {
  commands_reason.refuses("UPDATE commands SET outcome = 'rejected' WHERE id = $1", command);
  commands_reason.refuses("UPDATE commands SET reason = 'event_over' WHERE id = $1", command);
}

static const std::string kInsertNotification =
    "INSERT INTO notifications (id, user_id, kind, message, created_at, updated_at) VALUES ($1, $2, $3, 'Hello', "
    "now(), "
    "now())";

RULE(SchemaOfCommands, notifications_pkey, ANotificationIsThereOnce) {
  const auto id = fresh<NotificationId>().str();
  sql(kInsertNotification, id, user, "booked");
  notifications_pkey.refuses(kInsertNotification, id, user, "booked");
}

RULE(SchemaOfCommands, notifications_kind, ANotificationIsOfAKnownKind) {
  notifications_kind.refuses(kInsertNotification, fresh<NotificationId>().str(), user, "greeting");
}

RULE(SchemaOfCommands, notifications_user, ANotificationIsForSomeoneWhoExists) {
  notifications_user.refuses(kInsertNotification, fresh<NotificationId>().str(), fresh<UserId>().str(), "booked");
}

RULE(SchemaOfCommands, dead_letters_pkey, AnEntryIsPutAsideOnce) {
  const auto insert = "INSERT INTO dead_letters VALUES (3, $1, NULL, '{}', 'broken', NULL, 5, now())";
  const auto stream_id = fresh_word();
  sql(insert, stream_id);
  dead_letters_pkey.refuses(insert, stream_id);
}

}  // namespace ticketd::tests
