#include "domain/message.h"
#include "storage/batch.h"

namespace ticketd::storage {
namespace {

const Statement kInsertDeadLetter{"insert_dead_letter", R"(
  INSERT INTO dead_letters (shard, stream_id, command_id, command, error, sqlstate, attempts, died_at)
  VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8) ON CONFLICT (shard, stream_id) DO NOTHING)"};

const Statement kInsertFailed{"insert_failed_command", R"(
  INSERT INTO commands (id, kind, user_id, event_id, state, outcome, reason, accepted_at, decided_at)
  VALUES ($1, $2, $3, $4, 'failed', 'failed', 'internal_error', $5, $6) ON CONFLICT (id) DO NOTHING)"};

// A notification only for someone who exists: that the person is gone may be the very reason of the failure.
const Statement kInsertNotification{"insert_failed_notification", R"(
  INSERT INTO notifications (id, user_id, event_id, kind, message, created_at, updated_at)
  SELECT $1, id, $3, $4, $5, $6, $7 FROM users WHERE id = $2)"};

// False: the command took effect before.
bool fail_command(pqxx::work& tx, const domain::Command& command, const std::string& now) {
  const auto accepted_at = format_time(command.accepted_at);
  const auto inserted = run(tx, kInsertFailed, command.id.str(), std::string(name_of(command.kind)), command.user.str(),
                            command.event.str(), accepted_at, now);
  if (inserted.affected_rows() == 0) return false;
  const auto message = domain::failed_message(command.kind);
  run(tx, kInsertNotification, command.notification.str(), command.user.str(), command.event.str(),
      std::string(name_of(message.kind)), message.text, accepted_at, now);
  return true;
}

}  // namespace

void insert_dead_letter(pqxx::work& tx, const DeadLetter& letter, Time now) {
  const auto at = format_time(now);
  if (letter.command && !fail_command(tx, *letter.command, at)) return;
  const auto command_id = letter.command ? letter.command->id.str() : "";
  run(tx, kInsertDeadLetter, letter.shard, letter.stream_id, letter.command ? command_id.c_str() : nullptr, letter.raw,
      letter.error, letter.sqlstate, letter.attempts, at);
}

}  // namespace ticketd::storage
