// What the worker counts.
#include "drain_rig.h"

namespace ticketd::tests {

TEST_GROUP_BASE(WorkerMetrics, DrainTest) {
  DrainRig rig;

  std::int64_t counted(const std::string& series) { return rig.metrics.series(series).load(); }
};

TEST(WorkerMetrics, CountARedelivery) {
  submit(book_all(make_users(2), make_event(5)));
  const auto entries = rig.read();
  rig.drain.carry_out(entries);
  LONGS_EQUAL(0, counted("ticketd_worker_redeliveries_total"));
  rig.drain.carry_out(entries);
  LONGS_EQUAL(2, counted("ticketd_worker_redeliveries_total"));
  LONGS_EQUAL(2, counted("ticketd_worker_commands_total{kind=\"book\",outcome=\"confirmed\"}"));
}

TEST(WorkerMetrics, CountPromotions) {
  const auto event = make_event(1);
  const auto users = make_users(3);
  submit(book_all(users, event));
  submit(cancel(users[0], event));
  submit(resize(event, 2));
  rig.drain_all();
  LONGS_EQUAL(2, counted("ticketd_worker_promotions_total"));
}

TEST(WorkerMetrics, CountHeldSeatsThatNobodyConfirmedInTime) {
  const auto event = make_event(2);
  auto held = resize(event, 2);
  std::get<domain::UpdateEvent>(held.action).changes.rules.hold_minutes = 30;
  submit(held);
  submit(book_all(make_users(2), event));
  rig.drain_all();
  LONGS_EQUAL(0, counted("ticketd_worker_expired_holds_total"));
  for (int again = 0; again < 2; ++again) {
    rig.drain.settle({&event, 1}, now() + std::chrono::minutes(31));
    LONGS_EQUAL(2, counted("ticketd_worker_expired_holds_total"));
  }
}

TEST(WorkerMetrics, CountABatchWithItsSize) {
  submit(book_all(make_users(7), make_event(9)));
  rig.drain_all();
  const auto text = rig.metrics.render();
  CHECK(text.find("ticketd_worker_batch_commands_bucket{le=\"5\"} 0\n") != std::string::npos);
  CHECK(text.find("ticketd_worker_batch_commands_bucket{le=\"10\"} 1\n") != std::string::npos);
  CHECK(text.find("ticketd_worker_batch_commands_sum 7\n") != std::string::npos);
  CHECK(text.find("ticketd_worker_commit_duration_seconds_count 1\n") != std::string::npos);
  CHECK(text.find("ticketd_worker_lag_seconds_count 7\n") != std::string::npos);
}

TEST(WorkerMetrics, CountADeadLetterAndTheFailuresBefore) {
  submit(book(fresh<UserId>(), make_event()));
  rig.drain_all();
  LONGS_EQUAL(1, counted("ticketd_worker_dead_letters_total"));
  LONGS_EQUAL(2, counted("ticketd_worker_failed_batches_total"));
}

}  // namespace ticketd::tests
