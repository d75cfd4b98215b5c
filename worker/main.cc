// ticketd-worker: drains the queue into PostgreSQL. Start as many as you like, on as many hosts as you like.
#include <sodium.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "service.h"
#include "worker.h"

using namespace ticketd;

int main() {
  const auto signals = block_stop_signals();
  if (sodium_init() < 0) return EXIT_FAILURE;
  const auto name = from_environment("TICKETD_WORKER_NAME").value_or("worker");
  const auto config = config_or_exit(Part::worker, name);
  Log::open(name, config.log_level);
  Metrics metrics(metrics_file_of(config.metrics_file, "worker"));
  metrics.record_start(name, now_us());
  Cell& shards = metrics.gauge("ticketd_worker_shards{process=\"" + name + "\"}");
  const SystemClock clock;
  SystemRandom random;

  static std::atomic<bool> stop = false;  // not on the stack, for the thread outlives main()
  std::thread waiter([signals] {
    int signal = 0;
    sigwait(&signals, &signal);
    stop = true;
  });
  waiter.detach();  // ends with the process
  try {
    worker::Worker(config, metrics, shards, clock, random, report_to_systemd).run(stop);
  } catch (const worker::WrongShards& e) {
    Log::error("cannot_start", {{"error", e.what()}});
    metrics.count_start_failure(name);
    return kExitBadConfig;
  }
  sd_notify(0, "STOPPING=1");
  Log::info("stopped");
  return EXIT_SUCCESS;
}
