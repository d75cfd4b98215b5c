// The functions that the queue's Redis runs: how commands enter the queue and leave it. Each is one step that nothing
// comes between, and one round trip.
//
//   submit       takes a command, or says why not. KEYS: the stream, the person's pending commands, the event's closed
//                mark, the person's, the workers' number of shards; and with an idempotency key that one, and the
//                counts of the person's, of the network's, and of everybody's. ARGV: 1 for a booking, else 0; the
//                command's id; its shard; for the idempotency key the request's fingerprint and the command as JSON;
//                the hour since 1970; the limits (see limits_of()); then the stream entry's fields. Answers {verdict},
//                and behind it the first command as JSON (replayed, key_reused) or a time to wait in s (keys_full).
//   claim        the same for a key alone, with no command. KEYS: the idempotency key, and the three counts. ARGV: its
//                fingerprint; the hour since 1970; the limits.
//   may_submit   asks Redis whether this user may run each command of submit on its keys, and runs none of them. KEYS
//                and ARGV: all of submit's. Answers {"ready"}, {"other_shards"}, or {"refused", the command}.
//   requeue      KEYS: stream, pending hash, the workers' number of shards. ARGV: number of shards, command id, shard,
//                then the stream entry's fields. Answers 1, or 0 if the shards disagree.
//   acknowledge  ARGV: number of entries, how long an outcome and a closed mark last; for each entry stream, stream id,
//                pending hash, command id and the list of the one who awaits it (may be ""); then the closed marks.
//   begin        KEYS: begun. ARGV: shard, stream id of its head. The field holds "count id". Answers the count.
#pragma once
#include <string>

#include "queue/command_queue.h"
#include "redis/library.h"

namespace ticketd::queue {

const redis::Library& functions();

// Six numbers, as submit and claim take them.
redis::Arguments limits_of(const Limits& limits);

}  // namespace ticketd::queue
