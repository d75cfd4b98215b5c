// ticketd-messenger: tells people by mail what happened to their bookings. It may read their addresses, and write
// nothing but what became of its mails.
#include <sodium.h>

#include "base/log.h"
#include "messenger.h"
#include "service.h"

using namespace ticketd;

constexpr const char* kName = "messenger";

int main() {
  const auto signals = block_stop_signals();
  if (sodium_init() < 0) return EXIT_FAILURE;
  const auto config = config_or_exit(Part::messenger, kName);
  Log::open(kName, config.log_level);
  if (config.mail.url.empty()) {
    sd_notify(0, "READY=1\nSTATUS=TICKETD_MAIL_URL is not set: nobody is sent mail");
    Log::info("no_mail", {{"help", "TICKETD_MAIL_URL is not set"}});
    return EXIT_SUCCESS;
  }
  Metrics metrics(metrics_file_of(config.metrics_file, name_of(Part::messenger)));
  metrics.record_start(kName, now_us());
  const SystemClock clock;
  try {
    messenger::Messenger(
        config, metrics, clock, [&](auto time) { return is_stopped_within(signals, time); }, report_to_systemd)
        .run();
  } catch (const std::exception& e) {
    Log::error("cannot_start", {{"error", e.what()}});
    metrics.count_start_failure(kName);
    return kExitBadConfig;
  }
  sd_notify(0, "STOPPING=1");
  Log::info("stopped");
  return EXIT_SUCCESS;
}
