// The script by which Redis takes a command into the queue, or says why not.
#pragma once
#include <string>

#include "queue/command_queue.h"

namespace ticketd::queue {

// KEYS: the stream, the person's pending commands, the event's closed mark, the person's, the workers' number of
// shards; and with an idempotency key that one, and the counts of the person's, of the network's, and of everybody's.
// ARGV: 1 for a booking, else 0; the command's id; its shard; for the idempotency key the request's fingerprint and the
// command as JSON; the hour since 1970; then the stream entry's fields.
// Answers {verdict}, and behind it the first command as JSON (replayed, key_reused) or a time to wait in s (keys_full).
std::string submit_script(const Limits& limits);

// The same for a key alone, with no command. KEYS: the idempotency key, and the three counts. ARGV: its fingerprint;
// the hour since 1970.
std::string claim_script(const Limits& limits);

// Asks Redis whether this user may run each command of submit_script() on its keys, and runs none of them. KEYS: all of
// those. Answers {"ready"}, {"other_shards"}, or {"refused", the command}.
std::string rights_script(const Limits& limits);

}  // namespace ticketd::queue
