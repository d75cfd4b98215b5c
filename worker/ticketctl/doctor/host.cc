// doctor: this host's files, limits and kernel settings.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>

#include "metrics/metrics.h"
#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

namespace fs = std::filesystem;

const char* const kCredentials = "/etc/ticketd/credentials";

std::string first_line_of(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string octal(mode_t mode) {
  std::ostringstream text;
  text << '0' << std::oct << (mode & 07777U);
  return text.str();
}

// True if it is as it should be, or will be made.
bool check_metrics_file(Findings& findings, const std::string& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return true;
  if (!S_ISREG(found.st_mode)) {
    findings.fault("metrics file", path + " is no regular file", "remove it and restart handlers and workers");
  } else if ((found.st_mode & S_IWUSR) == 0 || (found.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    findings.fault("metrics file",
                   path + " has to be written by its owner and by nobody else, mode " + octal(found.st_mode),
                   "`chmod 640 " + path + "` and restart handlers and workers");
  } else if (::access(path.c_str(), R_OK) != 0) {
    findings.unknown("metrics file", path + " is closed to this user");
  } else {
    return true;
  }
  return false;
}

void check_metrics_files(const Visit& visit) {
  auto& findings = visit.findings;
  const auto& setting = visit.config().metrics_file;
  if (setting.empty())
    return findings.warning("metrics file",
                            "is not set: every process counts for itself, and /metrics shows nothing of it",
                            "set TICKETD_METRICS_FILE=/run/ticketd/shared/metrics in /etc/ticketd/ticketd.env");
  struct stat found{};
  const auto directory = fs::path(setting).parent_path().string();
  if (::stat(directory.c_str(), &found) != 0 && errno != EACCES)
    return findings.fault("metrics file", setting + " cannot be made: there is no directory " + directory,
                          "`systemd-tmpfiles --create`, or another TICKETD_METRICS_FILE in /etc/ticketd/ticketd.env");
  if (::access(directory.c_str(), X_OK) != 0)
    return findings.unknown("metrics file", directory + " is closed to this user");
  bool good = true;
  for (const auto part : kMetricsParts) good = check_metrics_file(findings, metrics_file_of(setting, part)) && good;
  if (good) findings.ok("metrics file", setting + "-… is written by its part alone");
}

// The soft limit in /proc/PID/limits, empty for a process that has gone.
std::optional<std::int64_t> open_files_of(const fs::path& process) {
  std::ifstream file(process / "limits");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("Max open files")) continue;
    std::istringstream rest(line.substr(std::strlen("Max open files")));
    std::int64_t limit = 0;
    if (rest >> limit) return limit;
    return std::numeric_limits<std::int64_t>::max();  // unlimited
  }
  return std::nullopt;
}

// Another installation's, or a checkout's beside it. Only root sees which program a process of somebody else runs.
bool is_foreign(const fs::path& process) {
  std::error_code error;
  const auto program = fs::read_symlink(process / "exe", error).string();
  const auto own = fs::read_symlink("/proc/self/exe", error).parent_path().string();
  return !program.empty() && !program.starts_with(own + "/") && !program.starts_with("/usr/lib/ticketd/");
}

// Each thread of a handler: a request, two Redis; and the database's connections for all of them.
void check_open_files(const Visit& visit) {
  auto names = list_handlers(visit);
  names.emplace_back("ticketd-worker");
  const std::int64_t needed =
      3 * std::max(visit.config().threads, visit.config().booking_threads) + visit.config().db_connections + 32;
  std::int64_t least = std::numeric_limits<std::int64_t>::max();
  std::string least_name;
  int processes = 0;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator("/proc", error)) {
    const auto comm = first_line_of(entry.path() / "comm");  // 15 characters at most
    const auto is_it = [&](const std::string& name) { return !comm.empty() && name.substr(0, 15) == comm; };
    const auto name = std::find_if(names.begin(), names.end(), is_it);
    if (name == names.end() || is_foreign(entry.path())) continue;
    const auto limit = open_files_of(entry.path());
    if (!limit) continue;
    ++processes;
    if (*limit < least) least = *limit, least_name = *name;
  }
  if (processes == 0) return visit.findings.unknown("open files", "no handler and no worker runs here just now");
  const auto found = "at least " + std::to_string(least) + " in each of " + std::to_string(processes) + " processes, " +
                     std::to_string(needed) + " needed";
  if (least >= needed) return visit.findings.ok("open files", found);
  visit.findings.fault("open files",
                       std::to_string(least) + " in " + least_name + ", " + std::to_string(needed) + " needed",
                       "`systemctl edit ticketd@.service`: LimitNOFILE=8192");
}

// Says how many there are; faults for those that others may read.
void check_credentials(const Visit& visit) {
  auto& findings = visit.findings;
  const auto directory = visit.path(kCredentials);
  if (!fs::exists(directory))
    return findings.unknown("credentials", directory + " does not exist: secrets come from somewhere else");
  std::error_code error;
  int files = 0;
  bool good = true;
  fs::recursive_directory_iterator entry(directory, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    struct stat found{};
    if (::lstat(entry->path().c_str(), &found) != 0 || !S_ISREG(found.st_mode)) continue;
    ++files;
    const bool open = (found.st_mode & 077U) != 0;
    const bool foreign = visit.root.empty() && found.st_uid != 0;
    if (!open && !foreign) continue;
    good = false;
    findings.fault("credentials",
                   entry->path().string() +
                       (foreign ? " does not belong to root, mode " : " can be read by others, mode ") +
                       octal(found.st_mode),
                   "`chown root:root " + entry->path().string() + " && chmod 600 " + entry->path().string() +
                       "`, and change what is in it");
  }
  if (error) return findings.unknown("credentials", directory + " is closed to this user");
  if (good) findings.ok("credentials", std::to_string(files) + " files, for root alone");
}

// Both halves: what the endpoints ask for, and what nginx sends.
void check_edge_key(const Visit& visit) {
  auto& findings = visit.findings;
  const auto directory = visit.path(kCredentials);
  if (::access((directory + "/api").c_str(), R_OK) != 0)
    return findings.unknown("edge key", directory + " is closed to this user");
  const auto wanted = first_line_of(directory + "/api/TICKETD_EDGE_KEY");
  if (wanted.empty())
    return findings.warning("edge key",
                            "there is none: every program that runs as www-data may send requests to the endpoints, "
                            "from any address that it likes",
                            "`ticketctl setup`");
  const auto sent = first_line_of(directory + "/nginx/edge-key.conf");
  if (sent.find('"' + wanted + '"') == std::string::npos)
    return findings.fault("edge key", "nginx sends another one than the endpoints ask for, who answer 403",
                          "`ticketctl setup`");
  findings.ok("edge key", "endpoints take requests from nginx alone");
}

// /etc/ticketd/ticketd.env may hold secrets as well: then it is not for everybody.
void check_settings_file(const Visit& visit) {
  const auto path = visit.path("/etc/ticketd/ticketd.env");
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0)
    return visit.findings.fault("settings file", path + ": " + std::strerror(errno),
                                "`apt install --reinstall -o Dpkg::Options::=--force-confmiss ticketd`");
  std::ifstream file(path);
  if (!file) return visit.findings.unknown("settings file", path + " is closed to this user");
  bool secret = false;
  for (std::string line; std::getline(file, line);)
    secret = secret || line.starts_with("TICKETD_JWT_KEYS=") ||
             (line.find("_URL=") != std::string::npos && line.find('@') != std::string::npos);
  if (secret && (found.st_mode & S_IROTH) != 0)
    return visit.findings.fault("settings file", path + " holds secrets and can be read by everybody",
                                "`chmod 640 " + path + "`, and change the secrets in it");
  visit.findings.ok("settings file", path + ", mode " + octal(found.st_mode));
}

// Kernel settings that Redis and the sockets' backlog care about. What cannot be read is another kernel's business.
void check_kernel(const Visit& visit) {
  auto& findings = visit.findings;
  const auto huge = first_line_of(visit.path("/sys/kernel/mm/transparent_hugepage/enabled"));
  if (huge.empty()) {
    findings.unknown("transparent huge pages", "this kernel does not say");
  } else if (huge.find("[always]") != std::string::npos) {
    findings.warning("transparent huge pages", "always: Redis stalls and needs more memory while it rewrites the AOF",
                     "`echo madvise > /sys/kernel/mm/transparent_hugepage/enabled`, at every boot");
  } else {
    findings.ok("transparent huge pages", huge);
  }
  const auto number = [&](const char* name, const std::string& file, int least, const char* danger) {
    const auto value = first_line_of(visit.path("/proc/sys/" + file));
    if (value.empty()) return findings.unknown(name, "this kernel does not say");
    if (std::strtol(value.c_str(), nullptr, 10) >= least) return findings.ok(name, value);
    auto key = file;
    std::replace(key.begin(), key.end(), '/', '.');
    const auto wanted = key + "=" + std::to_string(least);
    findings.warning(name, "is " + value + ": " + danger,
                     "`sysctl -w " + wanted + "`, and " + wanted + " in /etc/sysctl.d/ticketd.conf");
  };
  number("memory overcommit", "vm/overcommit_memory", 1, "a rewrite of the AOF fails when memory is short");
  number("listen backlog", "net/core/somaxconn", 4096, "a rush of clients is refused before nginx and handlers see it");
}

}  // namespace

void check_host(const Visit& visit) {
  check_metrics_files(visit);
  check_open_files(visit);
  check_kernel(visit);
  if (!visit.installed())
    return visit.findings.unknown("settings file",
                                  "there is no " + visit.path("/etc/ticketd") + ": no package is installed here");
  check_settings_file(visit);
  check_credentials(visit);
  check_edge_key(visit);
}

}  // namespace ticketd::ctl
