// Dead letters: entries of the queue that failed again and again for a reason of their own, until the operator has them
// tried again or drops them.
//
// A dead letter is two things at once: the row here, for the operator, and a `commands` row with state 'failed' with
// its notification, for the user. The worker takes any `commands` row for "took effect before" and acknowledges an
// entry without another look, so a retry has to remove that row before the entry stands in the stream again. Redis and
// PostgreSQL share no transaction; this is the order of a retry, and why nothing is lost and nothing happens twice:
//
//   1. One transaction removes the failed command and its notification. The dead letter STAYS: it is the promise that
//      the command is still to be put back.
//   2. The command goes to the end of its shard's stream under its old id, synced to disk.
//   3. The dead letter is removed.
//
// The other orders lose it. Stream first: the worker may read the entry while the failed command is there still (or, in
// one transaction round XADD, not yet committed away) and acknowledge it. Dead letter and failed command together
// first: a crash before the XADD leaves nothing that knows of the command.
//
// A crash after 1: the letter is there, without a failed command; `ticketctl verify` says so, and another retry begins
// again and finds nothing to remove. A crash after 2: the entry is in the stream and the letter too; another retry
// either finds that the command took effect and only removes the letter, or adds a second entry under the same id, and
// the id is a primary key: the second is a redelivery, a no-op. The same holds for an XADD whose answer got lost, and
// for two operators at once. If the command fails again in the meantime its new letter has another stream id, or, when
// the very entry that was put aside is read again (a crash between COMMIT and acknowledgement), renews `died_at`; step
// 3 removes just what step 1 saw.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "domain/command.h"
#include "postgres/database.h"

namespace ticketd::storage {

// Puts an entry of the queue aside that failed for a reason of its own: a dead letter for the operator, and for its
// user a failed request and a notification. Nothing happens if the command took effect, or was put aside, in the
// meantime.
struct DeadLetter {
  std::optional<domain::Command> command;  // empty: the entry cannot be read as one
  int shard = 0;
  std::string stream_id;
  std::string raw;  // the entry as JSON, without NUL in it
  std::string error;
  std::string sqlstate;
  int attempts = 0;
};
void insert_dead_letter(pqxx::work& tx, const DeadLetter& letter, Time now);

// A dead letter as it is kept.
struct StoredLetter {
  int shard = 0;
  std::string stream_id;                // with the shard, its key
  std::optional<CommandId> command_id;  // empty: the entry could not be read as a command
  std::string raw;                      // the entry as JSON
  std::string error;
  std::optional<std::string> sqlstate;
  int attempts = 0;
  Time died_at;
  std::optional<std::string> command_state;  // of the `commands` row: failed; done, or empty, after a broken-off retry
};

// The oldest ones, at most `limit`.
std::vector<StoredLetter> list_dead_letters(pqxx::transaction_base& tx, int limit);
std::int64_t count_dead_letters(pqxx::transaction_base& tx);

// Those of a command: one, or two after a retry that was broken off and failed again. Empty if there is none.
std::vector<StoredLetter> find_dead_letters(pqxx::transaction_base& tx, CommandId id);
// The one of an entry, readable or not.
std::vector<StoredLetter> find_dead_letters(pqxx::transaction_base& tx, int shard, const std::string& stream_id);

enum class RetryOutcome {
  put_back,     // the worker will carry it out
  took_effect,  // it had been carried out after an earlier retry: only the letters were removed
  gone          // somebody else has retried or dropped it since `letters` were read: nothing was done
};

// Has a command carried out again, in the order above. `letters` are all that there are of `command`; `put_back` adds
// it to its stream and returns once it is on disk there. Where `put_back` throws, the command is failed again and its
// letters stay, and the exception goes on; a process that dies in between leaves what is said above.
// Throws DatabaseUnavailable, what libpqxx throws, and what `put_back` throws.
RetryOutcome retry_dead_letters(postgres::DatabasePool& pool, const std::vector<StoredLetter>& letters,
                                const domain::Command& command, const std::function<void()>& put_back, Time now);

// Gives the letters up. Their command stays failed; if a retry was broken off it is failed again, so that an entry that
// the retry left in the stream has no effect, unless it had one already. `command` is empty for what cannot be read.
void delete_dead_letters(pqxx::work& tx, const std::vector<StoredLetter>& letters,
                         const std::optional<domain::Command>& command, Time now);

}  // namespace ticketd::storage
