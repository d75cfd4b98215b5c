// Tells systemd that this process goes on (sd_notify(3), WatchdogSec in systemd.service(5)). Endpoints run as one user:
// each could stop another one (SIGSTOP), and nothing else would notice. By hand, for libsystemd and what it needs would
// be a megabyte in every endpoint.
#pragma once
#include <cstdint>
#include <string>

namespace ticketd::fcgi {

class Watchdog {
 public:
  // From NOTIFY_SOCKET and WATCHDOG_USEC of the environment; without them there is nobody to tell.
  Watchdog();

  // How often it wants to hear, twice as often as it must; 0: never.
  [[nodiscard]] std::int64_t every_ms() const { return every_ms_; }
  // Does not wait, and fails silently: then the process is started anew.
  void tell() const;

 private:
  std::string socket_;
  std::int64_t every_ms_ = 0;
};

}  // namespace ticketd::fcgi
