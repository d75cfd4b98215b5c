// doctor: does systemd let each endpoint have the threads that it is told to have? One that may not cannot start.
#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

namespace fs = std::filesystem;

// Those with WaitsFor::queue in their handlers; tests/docs/settings.js compares.
constexpr std::string_view kBookingEndpoints[] = {"events-book", "events-booking-cancel"};

// The main thread, the one that ends waits for PostgreSQL, and some to spare.
constexpr int kOtherThreads = 4;

// Where units lie, what counts more later (systemd.unit(5)).
constexpr const char* kUnitDirectories[] = {"/lib/systemd/system", "/usr/lib/systemd/system", "/run/systemd/system",
                                            "/etc/systemd/system"};

std::optional<int> number_of(const std::string& text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A unit's own file and its drop-ins, in the order in which they count.
std::vector<fs::path> files_of(const Visit& visit, const std::string& endpoint) {
  std::map<std::string, fs::path> drop_ins;  // by name: one in /etc hides that in /usr/lib
  fs::path unit;
  for (const auto* directory : kUnitDirectories) {
    const fs::path units = visit.path(directory);
    std::error_code error;
    if (fs::exists(units / "ticketd@.service", error)) unit = units / "ticketd@.service";
    for (const auto& of : {std::string("ticketd@"), "ticketd@" + endpoint}) {
      for (const auto& entry : fs::directory_iterator(units / (of + ".service.d"), error)) {
        if (entry.path().extension() == ".conf") drop_ins[entry.path().filename()] = entry.path();
      }
    }
  }
  std::vector<fs::path> files = {unit};
  for (const auto& [name, path] : drop_ins) files.push_back(path);
  return files;
}

struct Limits {
  std::optional<int> tasks_max;  // empty: none that is a number
  std::map<std::string, int> environment;
};

Limits limits_of(const Visit& visit, const std::string& endpoint) {
  constexpr std::string_view kTasks = "TasksMax=", kEnvironment = "Environment=";
  Limits limits;
  for (const auto& path : files_of(visit, endpoint)) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with(kTasks)) limits.tasks_max = number_of(line.substr(kTasks.size()));
      if (!line.starts_with(kEnvironment)) continue;
      std::istringstream words(line.substr(kEnvironment.size()));
      for (std::string word; words >> word;) {
        const auto equals = std::min(word.find('='), word.size() - 1);
        if (const auto number = number_of(word.substr(equals + 1)))
          limits.environment[word.substr(0, equals)] = *number;
      }
    }
  }
  return limits;
}

// A line of ticketd.env counts more than a unit's Environment.
std::optional<int> in_settings_file(const Visit& visit, const std::string& name) {
  std::ifstream file(visit.path("/etc/ticketd/ticketd.env"));
  std::optional<int> value;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(name + "=")) value = number_of(line.substr(name.size() + 1));
  }
  return value;
}

}  // namespace

void check_threads(const Visit& visit) {
  const auto defaults = read_config(Part::admin, [](const std::string&) { return std::nullopt; }).config;
  bool good = true;
  for (const auto& endpoint : list_handlers(visit)) {
    const bool books = std::ranges::find(kBookingEndpoints, endpoint) != std::end(kBookingEndpoints);
    const std::string name = books ? "TICKETD_BOOKING_THREADS" : "TICKETD_THREADS";
    const auto limits = limits_of(visit, endpoint);
    const auto own = limits.environment.find(name);
    const auto threads =
        in_settings_file(visit, name)
            .value_or(own != limits.environment.end() ? own->second
                                                      : (books ? defaults.booking_threads : defaults.threads));
    const int needed = threads + kOtherThreads;
    if (!limits.tasks_max || *limits.tasks_max >= needed) continue;
    const auto unit = "ticketd@" + endpoint + ".service";
    std::string why = unit;
    why.append(" may have ").append(std::to_string(*limits.tasks_max)).append(" (TasksMax), and ").append(name);
    why.append("=").append(std::to_string(threads)).append(" needs ").append(std::to_string(needed));
    why.append(": it cannot start");
    std::string remedy = "`systemctl edit " + unit;
    remedy.append("`: TasksMax=").append(std::to_string(needed)).append(", or a smaller ").append(name);
    visit.findings.fault("threads", why, remedy);
    good = false;
  }
  if (good) visit.findings.ok("threads", "no more than systemd allows each endpoint");
}

}  // namespace ticketd::ctl
