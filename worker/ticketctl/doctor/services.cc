// doctor: what systemd and nginx have to do with it.
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "ticketctl/doctor/doctor.h"
#include "ticketctl/program.h"

namespace ticketd::ctl {
namespace {

namespace fs = std::filesystem;

const char* const kNginx = "/usr/sbin/nginx";
// What nginx/server.conf and nobody else says.
const char* const kOurDirective = "$ticketd_socket_dir/";

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

void check_units(const Visit& visit) {
  auto& findings = visit.findings;
  if (!visit.root.empty()) return findings.unknown("units", "this is another host's tree");
  const auto listed = run_program(
      {"systemctl", "list-units", "--all", "--plain", "--no-legend", "--no-pager", "--state=failed", "ticketd*"});
  if (!listed.good) return findings.unknown("units", "systemctl does not answer: " + listed.text);
  std::istringstream lines(listed.text);
  std::vector<std::string> failed;
  for (std::string line; std::getline(lines, line);) failed.push_back(line.substr(0, line.find(' ')));
  if (!failed.empty()) {
    findings.fault("units", "failed: " + joined(failed),
                   "`journalctl -u '" + failed.front() +
                       "' -n 50`, then `systemctl reset-failed 'ticketd*' && systemctl "
                       "restart ticketd.target`");
  }
  if (!run_program({"systemctl", "is-active", "ticketd.target"}).good) {
    findings.fault("units", "ticketd.target is not started", "`systemctl enable --now ticketd.target`");
  } else if (failed.empty()) {
    findings.ok("units", "ticketd.target is started, no unit has failed");
  }
}

void check_upgrade(const Visit& visit) {
  // The package's preinst makes it, and the end of the upgrade takes it away.
  if (!fs::exists(visit.path("/run/systemd/system/ticketd@.service.d/previous.conf")))
    return visit.findings.ok("upgrade", "none waits");
  visit.findings.warning("upgrade", "waits, and the version before goes on",
                         "`systemctl status finish-ticketd-upgrade` says for what; once that is gone, it goes on by "
                         "itself, or `ticketctl setup` ends it");
}

std::string group_of(gid_t id) {
  const auto* group = ::getgrgid(id);
  return group == nullptr ? std::to_string(id) : group->gr_name;
}

void check_sockets(const Visit& visit) {
  auto& findings = visit.findings;
  const auto directory = visit.path("/run/ticketd/");
  if (::access(directory.c_str(), X_OK) != 0 && errno == EACCES)
    return findings.unknown("sockets", directory + " is closed to this user");
  std::vector<std::string> missing, closers;
  std::string details;
  const auto handlers = list_handlers(visit);
  for (const auto& name : handlers) {
    struct stat found{};
    if (::stat((directory + name + ".sock").c_str(), &found) != 0 || !S_ISSOCK(found.st_mode)) {
      missing.push_back("ticketd@" + name + ".socket");
    } else if ((found.st_mode & 0777U) != 0660 || group_of(found.st_gid) != "www-data") {
      closers.push_back("ticketd-closed@" + name);  // sockets refuse a restart
      if (details.empty()) {
        std::ostringstream text;
        text << name << ".sock has mode 0" << std::oct << (found.st_mode & 0777U) << " and group "
             << group_of(found.st_gid);
        details = text.str();
      }
    }
  }
  if (!missing.empty()) {
    findings.fault(
        "sockets",
        std::to_string(missing.size()) + " of " + std::to_string(handlers.size()) + " are missing in " + directory,
        "`systemctl start " + joined(missing) + "`");
  }
  if (!closers.empty()) {
    findings.fault("sockets", details + ", not 0660 and www-data: nginx may not use it, or everybody may",
                   "`systemctl start " + joined(closers) +
                       " && systemctl start ticketd.target`, and look for drop-ins: "
                       "`systemctl cat ticketd@.socket`");
  }
  if (missing.empty() && closers.empty())
    findings.ok("sockets", std::to_string(handlers.size()) + " in " + directory + ", mode 0660, for www-data");
}

bool says_ours(const fs::path& file) {
  std::ifstream in(file);
  return std::string(std::istreambuf_iterator<char>(in), {}).find("ticketd") != std::string::npos;
}

// For those who may not ask nginx itself.
bool is_included(const Visit& visit) {
  std::error_code error;
  for (const auto* name : {"/etc/nginx/sites-enabled", "/etc/nginx/conf.d"}) {
    for (const auto& entry : fs::directory_iterator(visit.path(name), error)) {
      if (says_ours(entry.path())) return true;
    }
  }
  return says_ours(visit.path("/etc/nginx/nginx.conf"));
}

void check_nginx(const Visit& visit) {
  auto& findings = visit.findings;
  const auto* include =
      "`ln -s /etc/nginx/sites-available/ticketd /etc/nginx/sites-enabled/ && nginx -t && systemctl reload nginx`";
  if (!fs::exists(visit.path("/etc/nginx"))) return findings.unknown("nginx", "it is not on this host");
  if (!visit.root.empty() || ::geteuid() != 0) {
    if (!is_included(visit)) return findings.fault("nginx site", "no enabled site mentions ticketd", include);
    findings.ok("nginx site", "is enabled");
    return findings.unknown("nginx -t", visit.root.empty() ? "only root may ask" : "this is another host's tree");
  }
  const auto test = run_program({kNginx, "-t"});
  if (!test.good) {
    findings.fault("nginx -t", test.text, "correct the line that it names, then `systemctl reload nginx`");
  } else {
    findings.ok("nginx -t", "the configuration is valid");
  }
  const auto all = run_program({kNginx, "-T"});
  const bool ours = test.good ? all.text.find(kOurDirective) != std::string::npos : is_included(visit);
  if (!ours) return findings.fault("nginx site", "nginx's configuration does not include ticketd's", include);
  findings.ok("nginx site", "is enabled");
}

}  // namespace

void check_services(const Visit& visit) {
  if (!visit.installed())
    return visit.findings.unknown("units, sockets, nginx",
                                  "there is no " + visit.path("/etc/ticketd") + ": no package is installed here");
  check_threads(visit);
  if (visit.has_systemd()) {
    check_units(visit);
    check_upgrade(visit);
    check_sockets(visit);
  } else {
    visit.findings.unknown("units, sockets", "systemd does not run here");
  }
  check_nginx(visit);
  check_certificate(visit);
}

}  // namespace ticketd::ctl
