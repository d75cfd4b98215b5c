// A worker's life: a database session, the shards it may take, and the loop that drains them; all of it anew after a
// fault.
#pragma once
#include <atomic>
#include <functional>

#include "base/metrics.h"
#include "base/random.h"
#include "base/time.h"
#include "config/config.h"

namespace ticketd::worker {

class Worker {
 public:
  // `report` is called after every round that made progress or found nothing to do, with a line about the state.
  Worker(const Config& config, Metrics& metrics, const Clock& clock, Random& random,
         std::function<void(const std::string&)> report)
      : config_(config), metrics_(metrics), clock_(clock), random_(random), report_(std::move(report)) {}

  // Drains until `stop` is set; ends within a batch and half a second of that. Survives PostgreSQL and Redis going away
  // and coming back. Throws std::invalid_argument if commands are queued under another number of shards.
  void run(const std::atomic<bool>& stop);

 private:
  void run_session(const std::atomic<bool>& stop);

  const Config& config_;
  Metrics& metrics_;
  const Clock& clock_;
  Random& random_;
  std::function<void(const std::string&)> report_;
};

}  // namespace ticketd::worker
