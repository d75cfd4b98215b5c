// What the worker counts, each cell looked up once.
#pragma once
#include <span>

#include "base/time.h"
#include "domain/fact.h"
#include "metrics/metrics.h"

namespace ticketd::worker {

class FactMetrics {
 public:
  explicit FactMetrics(Metrics& metrics);

  // A batch that was just committed: how long it took in all, and its COMMIT alone.
  void committed(std::span<const domain::BatchFact> facts, std::size_t redelivered, Time now, std::int64_t batch_us,
                 std::int64_t commit_us);
  void failed_batch() { failed_batches_.fetch_add(1, std::memory_order_relaxed); }
  void dead_letter() { dead_letters_.fetch_add(1, std::memory_order_relaxed); }

 private:
  Cell& cell_of(domain::CommandKind kind, domain::Outcome outcome);

  Metrics& metrics_;
  Cells<domain::kCommandKinds * domain::kOutcomes> commands_;
  Histogram batch_size_;
  Histogram batch_time_;
  Histogram commit_time_;
  Histogram lag_;
  Cell& redeliveries_;
  Cell& promotions_;
  Cell& expired_holds_;
  Cell& failed_batches_;
  Cell& dead_letters_;
};

}  // namespace ticketd::worker
