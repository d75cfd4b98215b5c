// The stack under torture: its processes and stores, and the proxies between them. What the tests themselves read goes
// to the stores directly, past the proxies.
#pragma once
#include <sys/types.h>

#include <map>
#include <memory>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "redis/redis.h"
#include "support/fault_proxy.h"

namespace ticketd::torture {

class Lab {
 public:
  // Starts the proxies on DATABASE_PROXY_PORT and QUEUE_PROXY_PORT, then the stack, and takes over its settings.
  // Throws std::runtime_error.
  Lab();

  e2e::FaultProxy& database_proxy() { return *database_proxy_; }
  e2e::FaultProxy& queue_proxy() { return *queue_proxy_; }

  // Runs worker-1 to worker-`count`, and no others.
  void use_workers(int count);
  [[nodiscard]] const std::vector<std::string>& workers() const { return workers_; }

  // What sv(8) does; neither waits.
  void down(const std::string& process) const;
  void up(const std::string& process) const;
  // Returns false if there was no such process.
  bool signal(const std::string& process, int number) const;

  void arm(const std::string& crash_point) const;
  // Whether somebody died of it.
  [[nodiscard]] bool went_off(const std::string& crash_point) const;
  // Returns how many went off since they were armed.
  int disarm_all();
  // The worker that comes by there first stands still, until it is sent SIGCONT. Waits for it for a second at most;
  // empty: nobody came, or one stands still already.
  [[nodiscard]] std::string freeze_at(const std::string& crash_point) const;

  // From here on the clock of every process goes `rate` times as fast, the test's own SystemClock with them.
  static void let_time_run(int rate);
  static void let_pass(milliseconds time);
  // One worker's clock is ahead of all others by so much, or behind.
  static void set_clock(const std::string& worker, milliseconds ahead);
  // All clocks are right, whatever they were.
  static void set_clocks_right();

  // Counts what a fault really did; take_notes() begins anew.
  void note(const std::string& what) { ++notes_[what]; }
  [[nodiscard]] std::map<std::string, int> take_notes() { return std::exchange(notes_, {}); }

  // How many workers are connected to PostgreSQL; -1 if it is down.
  [[nodiscard]] static int connected_workers();

  // Everything is up, connected and answering again, and no worker has a clock of its own. Throws std::runtime_error if
  // not within 30 s.
  void heal();

  // Waits until the streams are empty, at most 30 s.
  static void await_empty_queue();

  // Makes Redis start a new log, so that it stays short. Only while the queue is empty.
  static void begin_log();

  // Of the Prometheus text; 0 if it cannot be had.
  [[nodiscard]] static std::int64_t metric(const std::string& series);
  // How many lines of this event the workers have logged.
  [[nodiscard]] static std::int64_t log_lines(const std::string& event);

 private:
  std::unique_ptr<e2e::FaultProxy> database_proxy_;
  std::unique_ptr<e2e::FaultProxy> queue_proxy_;
  std::vector<std::string> workers_;
  mutable std::set<std::string> armed_;
  std::map<std::string, int> notes_;
};

// As the superuser, for audits and for faults. Throws pqxx::failure.
pqxx::connection connect_directly();
std::unique_ptr<redis::RedisConnection> connect_queue();

// Commands that are queued or being carried out. Throws redis::RedisUnavailable.
std::int64_t queue_depth(redis::RedisConnection& redis);
std::vector<std::string> keys_like(redis::RedisConnection& redis, const std::string& pattern);

}  // namespace ticketd::torture
