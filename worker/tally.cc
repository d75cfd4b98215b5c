#include "tally.h"

#include <algorithm>
#include <array>

namespace ticketd::worker {
namespace {

constexpr std::array<std::int64_t, 12> kBatchBounds = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000, 5'000};
constexpr std::size_t kOutcomes = 8;

bool is_promotion(const domain::BookingChange& change) { return change.kind == domain::BookingChange::Kind::promoted; }

}  // namespace

Tally::Tally(Metrics& metrics)
    : metrics_(metrics),
      batch_size_(metrics.histogram("ticketd_worker_batch_commands", "", kBatchBounds)),
      batch_time_(metrics.histogram("ticketd_worker_batch_duration_seconds", "", kLatencyBounds)),
      commit_time_(metrics.histogram("ticketd_worker_commit_duration_seconds", "", kLatencyBounds)),
      lag_(metrics.histogram("ticketd_worker_lag_seconds", "", kLagBounds)),
      redeliveries_(metrics.series("ticketd_worker_redeliveries_total")),
      promotions_(metrics.series("ticketd_worker_promotions_total")),
      failed_batches_(metrics.series("ticketd_worker_failed_batches_total")),
      dead_letters_(metrics.series("ticketd_worker_dead_letters_total")) {}

Cell& Tally::of(const storage::Decided& decided) {
  const auto kind = decided.command->kind;
  const auto outcome = decided.decision.outcome;
  return commands_.at(metrics_, static_cast<std::size_t>(kind) * kOutcomes + static_cast<std::size_t>(outcome), [&] {
    return "ticketd_worker_commands_total{kind=\"" + std::string(name_of(kind)) + "\",outcome=\"" +
           std::string(name_of(outcome)) + "\"}";
  });
}

void Tally::committed(std::span<const storage::Decided> decided, std::size_t redelivered, Time now,
                      std::int64_t batch_us, std::int64_t commit_us) {
  batch_size_.observe(static_cast<std::int64_t>(decided.size()));
  batch_time_.observe(batch_us);
  commit_time_.observe(commit_us);
  redeliveries_.fetch_add(static_cast<std::int64_t>(redelivered), std::memory_order_relaxed);
  for (const auto& d : decided) {
    of(d).fetch_add(1, std::memory_order_relaxed);
    // Another host's clock may be ahead of ours.
    lag_.observe(std::max<std::int64_t>(0, (now - d.command->accepted_at).count() * 1'000));
    const auto promoted = std::ranges::count_if(d.decision.changes, is_promotion);
    if (promoted > 0) promotions_.fetch_add(promoted, std::memory_order_relaxed);
  }
}

}  // namespace ticketd::worker
