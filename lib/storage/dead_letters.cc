#include "storage/dead_letters.h"

#include "base/crash_point.h"
#include "domain/message.h"
#include "postgres/rows.h"

namespace ticketd::storage {
using namespace postgres;
namespace {

// One that is there already belongs to a retry that is under way: a new died_at keeps the retry from removing it.
const Statement kInsertDeadLetter{"insert_dead_letter", R"(
  INSERT INTO dead_letters (shard, stream_id, command_id, command, error, sqlstate, attempts, died_at)
  VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, $8)
  ON CONFLICT (shard, stream_id) DO UPDATE SET command_id = EXCLUDED.command_id, error = EXCLUDED.error,
    sqlstate = EXCLUDED.sqlstate, attempts = EXCLUDED.attempts, died_at = EXCLUDED.died_at)"};

const Statement kInsertFailed{"insert_failed_command", R"(
  INSERT INTO commands (id, kind, user_id, event_id, state, outcome, reason, accepted_at, decided_at)
  VALUES ($1, $2, $3, $4, 'failed', 'failed', 'internal_error', $5, $6) ON CONFLICT (id) DO NOTHING)"};

// A notification only for someone who exists, and under another id if its own is taken: either may be the very reason
// of the failure.
const Statement kInsertNotification{"insert_failed_notification", R"(
  INSERT INTO notifications (id, user_id, event_id, kind, message, arguments, created_at, updated_at)
  SELECT CASE WHEN EXISTS (SELECT FROM notifications WHERE id = $1) THEN gen_random_uuid() ELSE $1 END, id, $3, $4, $5, $6, $7, $8
  FROM users WHERE id = $2)"};

#define SELECT_LETTERS                                                                                          \
  "SELECT d.shard, d.stream_id, d.command_id, d.command, d.error, d.sqlstate, d.attempts, epoch_ms(d.died_at) " \
  "AS died_ms, c.state FROM dead_letters d LEFT JOIN commands c ON c.id = d.command_id "
const Statement kList{"list_dead_letters", SELECT_LETTERS "ORDER BY d.died_at, d.shard, d.stream_id LIMIT $1"};
const Statement kFindByCommand{"find_dead_letters_of_command", SELECT_LETTERS "WHERE d.command_id = $1"};
const Statement kFindByEntry{"find_dead_letters_of_entry", SELECT_LETTERS "WHERE d.shard = $1 AND d.stream_id = $2"};
const Statement kCount{"count_dead_letters", "SELECT count(*) FROM dead_letters"};

const Statement kLockLetter{"lock_dead_letter", R"(
  SELECT FROM dead_letters WHERE shard = $1 AND stream_id = $2 AND epoch_ms(died_at) = $3 FOR UPDATE)"};
const Statement kDeleteLetter{"delete_dead_letter", R"(
  DELETE FROM dead_letters WHERE shard = $1 AND stream_id = $2 AND epoch_ms(died_at) = $3)"};

const Statement kTookEffect{"did_command_take_effect", "SELECT FROM commands WHERE id = $1 AND state = 'done'"};
const Statement kDeleteFailed{"delete_failed_command", "DELETE FROM commands WHERE id = $1 AND state = 'failed'"};
// The outcome's notification will have the same id.
const Statement kDeleteNotification{"delete_failed_notification",
                                    "DELETE FROM notifications WHERE id = $1 AND kind = 'failed'"};

// False: the command took effect, or failed, before.
bool fail_command(pqxx::work& tx, const domain::Command& command, const std::string& now) {
  const auto accepted_at = format_time(command.accepted_at);
  const auto inserted = run(tx, kInsertFailed, command.id.str(), std::string(name_of(command.kind())),
                            command.user.str(), command.event.str(), accepted_at, now);
  if (inserted.affected_rows() == 0) return false;
  const auto message = domain::failed_message(command.kind());
  run(tx, kInsertNotification, command.notification.str(), command.user.str(), command.event.str(),
      std::string(name_of(message.kind)), message.text, message.arguments, accepted_at, now);
  return true;
}

StoredLetter letter_of(const pqxx::row& row) {
  return {int_of(row["shard"]),    text_of(row["stream_id"]), optional_id<CommandId>(row["command_id"]),
          text_of(row["command"]), text_of(row["error"]),     optional_text(row["sqlstate"]),
          int_of(row["attempts"]), time_of(row["died_ms"]),   optional_text(row["state"])};
}

void delete_letters(pqxx::work& tx, const std::vector<StoredLetter>& letters) {
  for (const auto& letter : letters) run(tx, kDeleteLetter, letter.shard, letter.stream_id, epoch_ms(letter.died_at));
}

// Step 1.
RetryOutcome release(pqxx::work& tx, const std::vector<StoredLetter>& letters, const domain::Command& command) {
  // Of two operators at once the second waits for the first, and then finds nothing.
  std::size_t there = 0;
  for (const auto& letter : letters)
    there += run(tx, kLockLetter, letter.shard, letter.stream_id, epoch_ms(letter.died_at)).size();
  if (there == 0) return RetryOutcome::gone;
  if (!run(tx, kTookEffect, command.id.str()).empty()) {
    delete_letters(tx, letters);
    return RetryOutcome::took_effect;
  }
  run(tx, kDeleteFailed, command.id.str());
  run(tx, kDeleteNotification, command.notification.str());
  return RetryOutcome::put_back;
}

}  // namespace

void insert_dead_letter(pqxx::work& tx, const DeadLetter& letter, Time now) {
  const auto at = format_time(now);
  if (letter.command && !fail_command(tx, *letter.command, at)) return;
  const auto command_id = letter.command ? letter.command->id.str() : "";
  run(tx, kInsertDeadLetter, letter.shard, letter.stream_id, letter.command ? command_id.c_str() : nullptr, letter.raw,
      letter.error, letter.sqlstate, letter.attempts, at);
}

std::vector<StoredLetter> list_dead_letters(pqxx::transaction_base& tx, int limit) {
  return list_of(run(tx, kList, limit), letter_of);
}

std::int64_t count_dead_letters(pqxx::transaction_base& tx) { return run(tx, kCount)[0][0].as<std::int64_t>(); }

std::vector<StoredLetter> find_dead_letters(pqxx::transaction_base& tx, CommandId id) {
  return list_of(run(tx, kFindByCommand, id.str()), letter_of);
}

std::vector<StoredLetter> find_dead_letters(pqxx::transaction_base& tx, int shard, const std::string& stream_id) {
  return list_of(run(tx, kFindByEntry, shard, stream_id), letter_of);
}

RetryOutcome retry_dead_letters(postgres::DatabasePool& pool, const std::vector<StoredLetter>& letters,
                                const domain::Command& command, const std::function<void()>& put_back, Time now) {
  const auto outcome = transact(pool, [&](pqxx::work& tx) { return release(tx, letters, command); });
  if (outcome != RetryOutcome::put_back) return outcome;
  CRASH_POINT("after_retry_release");
  try {
    put_back();
  } catch (...) {
    // If it got into the stream after all, it finds itself failed there and is acknowledged.
    transact(pool, [&](pqxx::work& tx) { return fail_command(tx, command, format_time(now)); });
    throw;
  }
  CRASH_POINT("after_retry_xadd");
  return transact(pool, [&](pqxx::work& tx) {
    delete_letters(tx, letters);
    return outcome;
  });
}

void delete_dead_letters(pqxx::work& tx, const std::vector<StoredLetter>& letters,
                         const std::optional<domain::Command>& command, Time now) {
  if (command) fail_command(tx, *command, format_time(now));
  delete_letters(tx, letters);
}

}  // namespace ticketd::storage
