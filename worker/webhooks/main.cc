// ticketd-webhooks: tells programs of organisers by HTTP what happens to their events. It talks to whatever host an
// organiser names, so it knows as little as can be: nobody's name or address, no key but those it signs with.
#include <sodium.h>

#include "base/log.h"
#include "poster.h"
#include "service.h"

using namespace ticketd;

constexpr const char* kName = "webhooks";

int main() {
  const auto signals = block_stop_signals();
  if (sodium_init() < 0) return EXIT_FAILURE;
  const auto config = config_or_exit(Part::webhooks, kName);
  Log::open(kName, config.log_level);
  Metrics metrics(metrics_file_of(config.metrics_file, name_of(Part::webhooks)));
  metrics.record_start(kName, now_us());
  const SystemClock clock;
  try {
    webhooks::Poster(
        config, metrics, clock, [&](auto time) { return is_stopped_within(signals, time); }, report_to_systemd)
        .run();
  } catch (const std::exception& e) {
    Log::error("cannot_start", {{"error", e.what()}});
    metrics.count_start_failure(kName);
    return EXIT_FAILURE;
  }
  sd_notify(0, "STOPPING=1");
  Log::info("stopped");
  return EXIT_SUCCESS;
}
