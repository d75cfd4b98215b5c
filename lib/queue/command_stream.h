// The queue of commands: the worker's end.
//
// There is no consumer group. A shard has one reader at a time, the worker that holds its advisory lock in PostgreSQL,
// and an entry is deleted only after its outcome is committed: so what is in the stream is what is outstanding, and
// reading starts at its beginning. A dead worker leaves nothing behind that would have to be claimed, and reading
// writes nothing to the AOF (a group writes an XCLAIM for each entry it hands out).
#pragma once
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "queue/pipeline.h"
#include "queue/wire.h"

namespace ticketd::queue {

struct Entry {
  int shard = 0;
  std::string stream_id;
  Fields fields;
  std::optional<domain::Command> command;  // empty: the entry cannot be read as one
  bool is_of_other_release = false;        // though a worker of another release may read it: see wire.h
  bool awaited = false;                    // a handler waits for the outcome

  // A field; empty if it is not there.
  [[nodiscard]] std::string text(std::string_view name) const;
};

class CommandStream {
 public:
  CommandStream(const std::string& url, int timeout_ms) : pipeline_(url, timeout_ms) {}

  // The oldest entries of the shards, up to `max` of each, in stream order within a shard. Waits up to `block_ms` for
  // the first one if there are none, or if there are no shards; empty after that. Throws redis::RedisUnavailable.
  std::vector<Entry> read(const std::set<int>& shards, int max, int block_ms);

  // Asks for up to `max` of each shard that follow those read last, and does not wait: Redis looks for them while
  // PostgreSQL works. take_next() is the answer, maybe empty. Until then acknowledge() does not wait either; what went
  // wrong with it is thrown by what is called next. Throw redis::RedisUnavailable.
  void ask_next(const std::set<int>& shards, int max);
  std::vector<Entry> take_next();

  // Deletes entries whose outcome is committed, with their pending fields, and signals those who wait. In one
  // transaction: after a crash either all of it happened or none. `deleted_events` are refused bookings from now on.
  // Throws redis::RedisUnavailable.
  void acknowledge(std::span<const Entry> entries, std::span<const EventId> deleted_events);

  // A command can kill the worker itself, and the next one, and so on. So a worker counts itself in before it carries
  // out the first batch of a shard that it took over, and out when that came to an end, well or badly: what is left are
  // deaths. begin_first_batch() gives the number of workers that began with this very `head` (the stream id of the
  // oldest entry) since one came to an end, this one included.
  int begin_first_batch(int shard, const std::string& head);
  void end_first_batch(int shard);

  // Remembers the number of shards. False if commands are queued under another number: then an event's commands would
  // be spread over two shards, and lose their order.
  bool agree_on_shards(int shards);

 private:
  std::vector<Entry> entries_of(const redis::Reply& reply);

  Pipeline pipeline_;
  std::map<int, std::string> last_;  // by shard, the stream id of the entry that was read last
};

struct Depth {
  std::int64_t depth = 0;
  std::int64_t oldest_ms = 0;  // when the oldest outstanding entry was queued, by Redis's clock; 0: none
};
struct QueueDepth : Depth {
  std::map<int, Depth> by_shard;  // those that hold something
};
// Over all shards that the workers agreed on, and at least `shards`: settings may be another host's, and commands that
// stand in a stream are not to be overlooked. Throws redis::RedisUnavailable.
QueueDepth queue_depth(redis::RedisConnection& redis, int shards);

// The number of shards that the workers agreed on, 0 if there never was a worker. Throws redis::RedisUnavailable.
int stored_shards(redis::RedisConnection& redis);

}  // namespace ticketd::queue
