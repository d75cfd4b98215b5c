// What the worker counts, each cell looked up once.
#pragma once
#include <span>
#include <vector>

#include "base/time.h"
#include "metrics/metrics.h"
#include "storage/batch.h"

namespace ticketd::worker {

class Tally {
 public:
  explicit Tally(Metrics& metrics);

  // A batch that was just committed: how long it took in all, and its COMMIT alone.
  void committed(std::span<const storage::Decided> decided, std::size_t redelivered, Time now, std::int64_t batch_us,
                 std::int64_t commit_us);
  void failed_batch() { failed_batches_.fetch_add(1, std::memory_order_relaxed); }
  void dead_letter() { dead_letters_.fetch_add(1, std::memory_order_relaxed); }

 private:
  Cell& of(const storage::Decided& decided);

  Metrics& metrics_;
  Cells<64> commands_;  // by kind and outcome
  Histogram batch_size_;
  Histogram batch_time_;
  Histogram commit_time_;
  Histogram lag_;
  Cell& redeliveries_;
  Cell& promotions_;
  Cell& failed_batches_;
  Cell& dead_letters_;
};

}  // namespace ticketd::worker
