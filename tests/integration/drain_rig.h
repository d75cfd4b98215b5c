// A worker's drain on a session of its own, and the queue that it drains.
#pragma once
#include "drain.h"
#include "queue/command_queue.h"
#include "queue/command_stream.h"
#include "support/fixtures.h"
#include "support/full_redis.h"
#include "support/integration_test.h"

namespace ticketd::tests {

constexpr int kShards = 16;

struct DrainRig {
  explicit DrainRig(int batch_max = 500) : options{batch_max, 2} {}

  // The oldest entries of all shards.
  std::vector<queue::Entry> read() {
    std::set<int> shards;
    for (int shard = 0; shard < kShards; ++shard) shards.insert(shard);
    return stream.read(shards, 500, 1);
  }
  // Until the queue is empty; throws std::runtime_error if it does not become so in ten rounds.
  void drain_all() {
    for (int round = 0; round < 10; ++round) {
      const auto entries = read();
      if (entries.empty()) return;
      drain.carry_out(entries);
    }
    throw std::runtime_error("the queue does not become empty");
  }

  const worker::DrainOptions options;
  postgres::DatabaseConnection session = open_session();
  const int pid = session.get().backendpid();
  queue::CommandStream stream{stores().queue_url, 5'000};
  Metrics metrics{""};
  SystemClock clock;
  worker::Drain drain{session.get(), stream, metrics, clock, chance(), options};
};

struct DrainTest : IntegrationTest {
  queue::CommandQueue queue{stores().queue, {}};

  void setup() override { flush(stores().queue); }

  domain::Command submit(const domain::Command& command) { return submit(std::vector{command}).front(); }
  std::vector<domain::Command> submit(const std::vector<domain::Command>& commands) {
    for (const auto& command : commands) CHECK(queue.submit(command, {}).ok());
    return commands;
  }
  // An entry that is no command: only its kind, in shard 0.
  static void add_raw(const std::string& kind) {
    stores().queue.take()->command({"XADD", "ticketd:commands:{0}", "*", "kind", kind});
  }
  static std::int64_t queued() {
    redis::RedisConnection connection(stores().queue_url, 5'000);
    return queue::queue_depth(connection, kShards).depth;
  }
  static std::int64_t dead_letters_of(const domain::Command& command) {
    return sql_number("SELECT count(*) FROM dead_letters WHERE command_id = $1", command.id.str());
  }
};

}  // namespace ticketd::tests
