#include "worker.h"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "base/log.h"
#include "drain.h"
#include "queue/command_stream.h"
#include "storage/database.h"
#include "storage/housekeeping.h"
#include "storage/shard_locks.h"

namespace ticketd::worker {
namespace {

using SteadyClock = std::chrono::steady_clock;

// How often shards are shared out anew: bounds how long the shards of a worker that went away lie idle.
constexpr std::chrono::milliseconds kBalanceEvery{500};
// How often the owner of shard 0 deletes what has expired.
constexpr std::chrono::minutes kCleanEvery{1};
// After a fault, before the next try.
constexpr std::chrono::milliseconds kRetryAfter{250};
// A worker that is stopped (SIGSTOP, a swapping host) loses its session, and so its shards, after that long. It must be
// longer than the longest pause between two statements of a healthy one, kBalanceEvery.
constexpr int kIdleSessionTimeoutMs = 5'000;
constexpr int kRedisTimeoutMs = 5'000;

}  // namespace

void Worker::run(const std::atomic<bool>& stop) {
  while (!stop) {
    try {
      run_session(stop);
    } catch (const std::invalid_argument&) {
      throw;
    } catch (const std::exception& e) {
      Log::error("worker_fault", {{"error", e.what()}});
      report_("waiting: " + std::string(e.what()));
      std::this_thread::sleep_for(kRetryAfter);
    }
  }
}

void Worker::run_session(const std::atomic<bool>& stop) {
  queue::CommandStream stream(config_.queue_redis_url, kRedisTimeoutMs);
  if (!stream.agree_on_shards(config_.shards)) {
    throw std::invalid_argument(
        "TICKETD_SHARDS was changed while commands are queued under the old number; set it back until the queue is "
        "empty");
  }
  storage::Connection session(config_.database_url,
                              {"ticketd-worker", config_.statement_timeout_ms, kIdleSessionTimeoutMs});
  storage::ShardLocks locks(session.get(), config_.shards);
  Drain drain(session.get(), stream, metrics_, clock_, random_, {config_.batch_max, config_.attempts_max});
  locks.announce();
  auto next_balance = SteadyClock::now();
  auto next_cleaning = next_balance;
  while (!stop) {
    if (SteadyClock::now() >= next_balance) {
      if (locks.balance())
        Log::info("shards", {{"owned", static_cast<int>(locks.owned().size())}, {"of", config_.shards}});
      next_balance = SteadyClock::now() + kBalanceEvery;
    }
    if (locks.owned().contains(0) && SteadyClock::now() >= next_cleaning) {
      pqxx::nontransaction tx(session.get());
      storage::delete_expired(tx, clock_.now());
      next_cleaning = SteadyClock::now() + kCleanEvery;
    }
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(next_balance - SteadyClock::now()).count();
    const auto entries = stream.read(locks.owned(), config_.batch_max, std::max(1, static_cast<int>(left_ms)));
    drain.carry_out(entries);
    report_("owns " + std::to_string(locks.owned().size()) + " of " + std::to_string(config_.shards) + " shards, " +
            std::to_string(entries.size()) + " commands in the last round");
  }
}

}  // namespace ticketd::worker
