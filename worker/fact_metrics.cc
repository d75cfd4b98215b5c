#include "fact_metrics.h"

#include <algorithm>
#include <array>

namespace ticketd::worker {
namespace {

constexpr std::array<std::int64_t, 12> kBatchBounds = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1'000, 2'000, 5'000};

}  // namespace

FactMetrics::FactMetrics(Metrics& metrics)
    : metrics_(metrics),
      batch_size_(metrics.histogram("ticketd_worker_batch_commands", "", kBatchBounds)),
      batch_time_(metrics.histogram("ticketd_worker_batch_duration_seconds", "", kLatencyBounds)),
      commit_time_(metrics.histogram("ticketd_worker_commit_duration_seconds", "", kLatencyBounds)),
      lag_(metrics.histogram("ticketd_worker_lag_seconds", "", kLagBounds)),
      redeliveries_(metrics.series("ticketd_worker_redeliveries_total")),
      promotions_(metrics.series("ticketd_worker_promotions_total")),
      expired_holds_(metrics.series("ticketd_worker_expired_holds_total")),
      failed_batches_(metrics.series("ticketd_worker_failed_batches_total")),
      dead_letters_(metrics.series("ticketd_worker_dead_letters_total")) {}

Cell& FactMetrics::cell_of(domain::CommandKind kind, domain::Outcome outcome) {
  const auto index = static_cast<std::size_t>(kind) * domain::kOutcomes + static_cast<std::size_t>(outcome);
  return commands_.at(metrics_, index, [&] {
    return "ticketd_worker_commands_total{kind=\"" + std::string(name_of(kind)) + "\",outcome=\"" +
           std::string(name_of(outcome)) + "\"}";
  });
}

void FactMetrics::committed(std::span<const domain::BatchFact> facts, std::size_t redelivered, Time now,
                            std::int64_t batch_us, std::int64_t commit_us) {
  std::int64_t commands = 0, promotions = 0, expired_holds = 0;
  for (const auto& [command, title, fact] : facts) {
    if (std::holds_alternative<domain::Promoted>(fact)) ++promotions;
    if (std::holds_alternative<domain::HoldExpired>(fact)) ++expired_holds;
    const auto outcome = outcome_of(fact);
    if (!outcome) continue;
    ++commands;
    cell_of(command->kind(), *outcome).fetch_add(1, std::memory_order_relaxed);
    // Another host's clock may be ahead of ours.
    lag_.observe(std::max<std::int64_t>(0, (now - command->accepted_at).count() * 1'000));
  }
  batch_size_.observe(commands);
  batch_time_.observe(batch_us);
  commit_time_.observe(commit_us);
  redeliveries_.fetch_add(static_cast<std::int64_t>(redelivered), std::memory_order_relaxed);
  if (promotions > 0) promotions_.fetch_add(promotions, std::memory_order_relaxed);
  if (expired_holds > 0) expired_holds_.fetch_add(expired_holds, std::memory_order_relaxed);
}

}  // namespace ticketd::worker
