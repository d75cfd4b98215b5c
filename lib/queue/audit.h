// Looks for requests that say "queued" and never will be decided: fields of the hashes of pending commands
// (ticketd:pending:USER) whose command stands in no stream. A field and its entry are made in one script and removed in
// one transaction, so there is none unless something was lost or removed by hand.
//
// It runs next to handlers and workers: it only reads, in pieces of kPage keys, and stops after a bounded number of
// fields. A field is read first and its place in the stream after it; what then seems to be missing is looked at once
// more, for the entry may have been acknowledged in between, and the field with it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "base/time.h"
#include "redis/redis.h"

namespace ticketd::queue {

struct Orphan {
  std::string user;        // of the key, as it stands there
  std::string command_id;  // the field's name
};

struct AuditLimits {
  int keys = 5'000'000;            // of the keyspace: idempotency keys have to be passed by as well
  int pending = 1'000'000;         // fields
  int examples = 20;               // orphans that are named
  milliseconds age = seconds(60);  // younger ones are left alone
};

struct QueueAudit {
  std::int64_t queued = 0;   // entries in the streams
  std::int64_t pending = 0;  // fields looked at
  std::int64_t orphans = 0;
  std::vector<Orphan> examples;
  bool complete = true;  // false: a limit was reached, and nothing is said about the rest
};

// `shards`: how many streams there are, if the workers did not leave a larger number. Throws redis::RedisUnavailable.
QueueAudit audit_queue(redis::RedisConnection& redis, int shards, Time now, const AuditLimits& limits = {});

}  // namespace ticketd::queue
