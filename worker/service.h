// What ticketd-worker, ticketd-messenger and ticketd-webhooks are as services.
#pragma once
#include <systemd/sd-daemon.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <string>

namespace ticketd {

// The signals that ask the process to stop. From here on they wait to be taken by sigwait() or the like; so to be
// called before any thread. Nor does a closed socket end the process.
inline sigset_t block_stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
  return signals;
}

// True if one of the signals came within so long.
inline bool is_stopped_within(const sigset_t& signals, std::chrono::milliseconds time) {
  const timespec most{time.count() / 1000, time.count() % 1000 * 1'000'000};
  for (;;) {
    if (::sigtimedwait(&signals, nullptr, &most) > 0) return true;
    if (errno == EAGAIN) return false;
  }
}

// Under systemd: READY at the first report, then the status line, and the watchdog: a round that hangs is not fed.
inline void report_to_systemd(const std::string& line) {
  sd_notify(0, ("READY=1\nWATCHDOG=1\nSTATUS=" + line).c_str());
}

}  // namespace ticketd
