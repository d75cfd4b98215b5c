// ticketd-worker: drains the queue into PostgreSQL. Start as many as you like, on as many hosts as you like.
#include <sodium.h>
#include <systemd/sd-daemon.h>

#include <atomic>
#include <csignal>
#include <thread>

#include "worker.h"

using namespace ticketd;

namespace {

sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

// Under systemd: READY at the first report, then the status line, and the watchdog: a round that hangs is not fed.
void report(const std::string& line) { sd_notify(0, ("READY=1\nWATCHDOG=1\nSTATUS=" + line).c_str()); }

}  // namespace

int main() {
  const auto signals = stop_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
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
    worker::Worker(config, metrics, shards, clock, random, report).run(stop);
  } catch (const worker::WrongShards& e) {
    Log::error("cannot_start", {{"error", e.what()}});
    metrics.count_start_failure(name);
    return kExitBadConfig;
  }
  sd_notify(0, "STOPPING=1");
  Log::info("stopped");
  return EXIT_SUCCESS;
}
