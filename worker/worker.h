// A worker's life: a database session, the shards it may take, and the loop that drains them; all of it anew after a
// fault.
#pragma once
#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>

#include "base/random.h"
#include "base/time.h"
#include "config/config.h"
#include "metrics/metrics.h"

namespace ticketd::worker {

// Commands are queued under another number of shards than the setting.
class WrongShards : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Worker {
 public:
  // `shards` is a gauge of those owned now. `report` is called with a line about the state after every round, and after
  // every fault: who waits for PostgreSQL to come back is alive, and restarting it would help nobody.
  Worker(const Config& config, Metrics& metrics, Cell& shards, const Clock& clock, Random& random,
         std::function<void(const std::string&)> report)
      : config_(config),
        metrics_(metrics),
        shards_(shards),
        clock_(clock),
        random_(random),
        report_(std::move(report)) {}

  // Drains until `stop` is set; ends within a round (what was read at once) and half a second of that. Survives
  // PostgreSQL and Redis going away and coming back. Throws WrongShards.
  void run(const std::atomic<bool>& stop);

 private:
  void run_session(const std::atomic<bool>& stop);

  const Config& config_;
  Metrics& metrics_;
  Cell& shards_;
  const Clock& clock_;
  Random& random_;
  std::function<void(const std::string&)> report_;
};

}  // namespace ticketd::worker
