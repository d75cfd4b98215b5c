// The queue of commands: the handlers' end. All of it lives on the queue Redis, whose AOF is synced before an answer
// leaves (appendfsync always), so that what was accepted stays.
//
//   ticketd:commands:{k}     stream of shard k; an event's shard: domain/shard.h. An entry stays until its
//                            outcome is committed in PostgreSQL: the stream is exactly what is outstanding.
//   ticketd:pending:USER     hash, command id -> the address of its entry, by which GET /v1/requests and
//                            /v1/notifications find what is queued; its size bounds what one user has queued. The
//                            worker removes a field with its entry.
//   ticketd:idem:USER:KEY    answer of an idempotency key, for 24 hours
//   ticketd:idem:USER        how many of those the user has made since the day began that its first one began
//   ticketd:idem:network:N   the same of a network, so that one with many accounts has not many shares
//   ticketd:closed:EVENT     the event was deleted: refuse bookings at once, for as long as a handler might still have
//                            it in its cache as open
//   ticketd:closed:USER      the account was deleted: the same, for as long as its access tokens might count
//   ticketd:begun            hash, see CommandStream::begin_first_batch()
//   ticketd:outcome:COMMAND  list of one element, pushed when the command took effect and somebody waits for it
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/command.h"
#include "redis/pool.h"
#include "refusal/result.h"

namespace ticketd::queue {

struct Limits {
  int shards = 16;
  int queue_max = 100'000;     // commands in one shard
  int pending_per_user = 200;  // commands of one user
  int keys_per_user = 1'000;   // idempotency keys of one user in a day: each takes a kilobyte for as long
  int keys_per_network = 10'000;
  int keys_max = 200'000;  // of all people, so that they leave room for commands; the last tenth is for networks that
                           // have not had a hundredth of their own share
};

// An idempotency key as the client sent it, a hash of the request that it came with, and the site that it came from. By
// the hash alone the release before tells whether a request is the same.
struct IdempotencyKey {
  std::string key;
  std::string fingerprint;
  std::string network = {};
};

// A command as it was accepted: the client's own, or, on a replay, the first one.
struct Accepted {
  domain::Command command;
  bool replayed = false;
};

class CommandQueue {
 public:
  CommandQueue(redis::RedisPool& redis, Limits limits);

  // Queues the command in one round trip. When this returns the command is on disk. With `awaited` the worker signals
  // the outcome to await_outcome().
  // Refuses: queue_full (the shard is at its cap, or with an idempotency key everybody is at keys_max), rate_limited
  // (the user is at pending_per_user or keys_per_user, or its network at keys_per_network), idempotency_key_reused,
  // event_cancelled and token_invalid (for a booking; the event or the account was just deleted). Nothing is queued
  // then. Throws redis::RedisUnavailable: then it may have been queued; with an idempotency key the client can safely
  // try again.
  Result<Accepted> submit(const domain::Command& command, const std::optional<IdempotencyKey>& key,
                          bool awaited = false);

  // Would Redis take a command? Asks whether it lets this process do all that submit() does, and changes nothing.
  // Throws redis::RedisUnavailable if not, with the reason.
  void must_be_ready();

  // Whoever is deleted books nothing any more, not even by a request that is being handled. Throws
  // redis::RedisUnavailable.
  void refuse_bookings_of(UserId user);

  // The command that was accepted under this key before, empty if there is none. Queues nothing.
  // Refuses: idempotency_key_reused, if that asked for something else. Throws redis::RedisUnavailable.
  Result<std::optional<domain::Command>> find_replay(const domain::Command& command, const IdempotencyKey& key);

  // Takes a key for what is no command, so that no command is accepted under it, for as long as there is room for keys.
  // False: it stands for something else, by the fingerprint. Throws redis::RedisUnavailable.
  bool claim_key(UserId user, const IdempotencyKey& key, Time now);

  // BLPOP on a list that the worker pushes to in the function that acknowledges. A list keeps what was pushed before
  // anybody waited: so there is no race between subscribing and the signal. Changing and deleting an event wait so,
  // nothing else. True as soon as the outcome is committed, false after `wait_ms` without. Throws
  // redis::RedisUnavailable.
  bool await_outcome(CommandId id, int wait_ms);

  // A command of the user that is still queued.
  std::optional<domain::Command> find_pending(UserId user, CommandId id);
  // All of them, oldest first.
  std::vector<domain::Command> list_pending(UserId user);

 private:
  std::vector<domain::Command> read_commands(UserId user, const std::vector<redis::Reply>& texts);

  redis::RedisPool& redis_;
  const Limits limits_;
  const std::string submit_;  // the functions' names
  const std::string claim_;
};

}  // namespace ticketd::queue
