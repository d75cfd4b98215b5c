// The parts of `ticketctl doctor`. Each looks at one thing, says all it can, and throws nothing: what cannot be reached
// is a finding.
#pragma once
#include <string>
#include <vector>

#include "config/config.h"
#include "ticketctl/doctor/findings.h"

namespace ticketd::ctl {

struct Visit {
  Findings& findings;
  const ConfigReading& settings;
  const std::string root = "";  // before every path of the host: "" or the directory of another one's tree

  [[nodiscard]] const Config& config() const { return settings.config; }
  // Is this setting there, and not among the problems?
  [[nodiscard]] bool usable(const std::string& name) const;
  [[nodiscard]] std::string path(const std::string& absolute) const { return root + absolute; }
  // Files of a package lie on this host, and not just a checkout's.
  [[nodiscard]] bool installed() const;
  [[nodiscard]] bool has_systemd() const;
};

// The endpoints' names, by the programs that are installed, or lie beside ticketctl. Sorted.
std::vector<std::string> list_handlers(const Visit& visit);

void check_settings(const Visit& visit);  // doctor.cc
void check_token_keys(const Visit& visit);
void check_database(const Visit& visit);     // doctor/database.cc
void check_redis(const Visit& visit);        // doctor/redis.cc
void check_work(const Visit& visit);         // doctor/work.cc: workers, queue, dead letters
void check_host(const Visit& visit);         // doctor/host.cc: files, limits, kernel
void check_threads(const Visit& visit);      // doctor/threads.cc: against the units' TasksMax
void check_services(const Visit& visit);     // doctor/services.cc: systemd, sockets, an upgrade that waits, nginx
void check_certificate(const Visit& visit);  // doctor/certificate.cc: of nginx's site

}  // namespace ticketd::ctl
