// What ticketd-worker and ticketd-messenger are as services.
#pragma once
#include <systemd/sd-daemon.h>

#include <csignal>
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

// Under systemd: READY at the first report, then the status line, and the watchdog: a round that hangs is not fed.
inline void report_to_systemd(const std::string& line) {
  sd_notify(0, ("READY=1\nWATCHDOG=1\nSTATUS=" + line).c_str());
}

}  // namespace ticketd
