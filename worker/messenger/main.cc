// ticketd-messenger: tells people by mail what happened to their bookings. It may read their addresses, and write
// nothing but what became of its mails.
#include <sodium.h>

#include <cerrno>
#include <csignal>
#include <ctime>
#include <iostream>

#include "base/log.h"
#include "messenger.h"
#include "service.h"

using namespace ticketd;

namespace {

constexpr const char* kName = "messenger";

// True if one of the signals came.
bool wait_for(const sigset_t& signals, std::chrono::milliseconds time) {
  const timespec most{time.count() / 1000, time.count() % 1000 * 1'000'000};
  for (;;) {
    if (::sigtimedwait(&signals, nullptr, &most) > 0) return true;
    if (errno == EAGAIN) return false;
  }
}

}  // namespace

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
        config, metrics, clock, [&](auto time) { return wait_for(signals, time); }, report_to_systemd)
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
