#include "ticketctl/doctor/doctor.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>

#include "base/time.h"
#include "ticketctl/commands.h"
#include "ticketctl/host.h"

namespace ticketd::ctl {
namespace {

namespace fs = std::filesystem;

const char* const kKeys = "TICKETD_JWT_KEYS";
const char* const kSessionKeys = "TICKETD_SESSION_KEYS";

// Read outside of lib/config: by ticketctl, and by the worker's log.
const std::set<std::string> kOtherNames = {"TICKETD_MIGRATIONS_DIR", "TICKETD_WORKER_NAME"};
// Filled into nginx's files by the stack of `make run`; nobody reads them on a host.
const std::set<std::string> kOfStack = {"TICKETD_CORS_ORIGINS", "TICKETD_COARSE_LIMIT"};

// What read_config() asks for.
std::set<std::string> known_names() {
  auto names = kOtherNames;
  read_config(Part::all, [&](const std::string& name) {
    names.insert(name);
    return std::nullopt;
  });
  return names;
}

std::vector<std::string> misspelt_names() {
  const auto known = known_names();
  std::vector<std::string> names;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    const auto name = text.substr(0, text.find('='));
    if (name.starts_with("TICKETD_") && !known.contains(name) && !kOfStack.contains(name)) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

// A kid such as 2027-01 tells the month in which the key was made.
std::optional<int> months_old(const std::string& kid, Time now) {
  static const std::regex kMonth(R"((\d{4})-(\d{2})\b.*)");
  std::smatch parts;
  if (!std::regex_match(kid, parts, kMonth)) return std::nullopt;
  const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
  return (static_cast<int>(today.year()) - std::stoi(parts[1])) * 12 +
         static_cast<int>(static_cast<unsigned>(today.month())) - std::stoi(parts[2]);
}

// 32 random bytes have some 30 different values; typed words have few.
bool looks_typed(const std::string& secret) {
  const auto printable = std::all_of(secret.begin(), secret.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  return printable || std::set<char>(secret.begin(), secret.end()).size() < 16;
}

// The keys are the handlers' alone: on a host they lie in a file for root.
std::optional<std::string> key_setting(const std::string& root, const std::string& name) {
  if (auto value = from_environment(name)) return value;
  std::ifstream file(root + "/etc/ticketd/credentials/api/" + name);
  std::string value;
  if (!std::getline(file, value)) return std::nullopt;
  return value;
}

// Of all parts; without the keys, if those are out of reach.
ConfigReading read_settings(const std::string& root) {
  return read_config(key_setting(root, kKeys) ? Part::all : Part::admin, [&](const std::string& name) {
    return name == kKeys || name == kSessionKeys ? key_setting(root, name) : from_environment(name);
  });
}

void become_ticketd(Findings& findings) {
  try {
    drop_root();
  } catch (const std::exception& e) {
    findings.fault("user ticketd", e.what(), "`systemd-sysusers`, or reinstall the package");
  }
}

}  // namespace

bool Visit::usable(const std::string& name) const {
  return std::none_of(settings.problems.begin(), settings.problems.end(),
                      [&](const std::string& line) { return line.starts_with(name + " "); });
}

bool Visit::installed() const { return fs::exists(path("/etc/ticketd")); }
bool Visit::has_systemd() const { return fs::exists(path("/run/systemd/system")); }

std::vector<std::string> list_handlers(const Visit& visit) {
  std::error_code error;
  fs::path directory = visit.path("/usr/lib/ticketd/handlers");
  if (!fs::is_directory(directory, error)) directory = fs::read_symlink("/proc/self/exe", error).parent_path();
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const auto name = entry.path().filename().string();
    const bool runs = (entry.status(error).permissions() & fs::perms::owner_exec) != fs::perms::none;
    if (entry.is_regular_file(error) && runs && !name.starts_with("ticket")) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

void check_settings(const Visit& visit) {
  auto& findings = visit.findings;
  for (const auto& line : visit.settings.problems) {
    const auto space = line.find(' ');
    findings.fault("setting " + line.substr(0, space), line.substr(space + 1),
                   "correct it in /etc/ticketd/ticketd.env, or in its file under /etc/ticketd/credentials; "
                   "ticketd.env(5) has the bounds");
  }
  if (visit.settings.problems.empty()) findings.ok("settings", "all are there and within their bounds");
  for (const auto& name : misspelt_names()) {
    findings.warning("setting " + name, "is set, but ticketd has no setting of this name",
                     "look for the right spelling in ticketd.env(5), or remove it from /etc/ticketd/ticketd.env");
  }
  for (const auto& name : kOfStack) {
    if (visit.installed() && from_environment(name))
      findings.warning("setting " + name, "is set, but counts for `make run` alone",
                       "say it in /etc/ticketd/nginx-settings.conf, and remove it from /etc/ticketd/ticketd.env");
  }
}

static std::string rotation(const std::string& option, const std::string& good_for) {
  return "`ticketctl keys add" + option + "`, restart the endpoints, `ticketctl keys use" + option +
         "`, restart, after " + good_for + " `ticketctl keys drop" + option + "`, restart; upkeep.md has it in full";
}

// What is wrong with keys of either kind.
static void check_keys(Findings& findings, const std::string& check, const std::vector<SecretKey>& keys,
                       const std::string& rotate) {
  std::set<std::string> kids;
  bool good = true;
  const auto warn = [&](const std::string& found, const std::string& remedy) {
    findings.warning(check, found, remedy);
    good = false;
  };
  for (const auto& key : keys) {
    if (!kids.insert(key.kid).second)
      warn("two keys are called \"" + key.kid + "\", and only the first one is used", "give each a name of its own");
    if (looks_typed(key.secret)) warn("the key \"" + key.kid + "\" does not look random", rotate);
  }
  const auto age = months_old(keys.front().kid, SystemClock().now());
  if (age && *age > 12)
    warn("the signing key \"" + keys.front().kid + "\" is " + std::to_string(*age) + " months old", rotate);
  if (!good) return;
  findings.ok(check, std::to_string(keys.size()) + (keys.size() == 1 ? " key" : " keys") + ", signing with \"" +
                         keys.front().kid + "\"" +
                         (age ? ", " + std::to_string(*age) + " months old" : ", of unknown age"));
}

// An earlier release had the keys of access tokens for both; whoever can sign those is not to have the sessions too.
static void check_session_keys(const Visit& visit) {
  const auto& config = visit.config();
  const auto is_access_key = [&](const SecretKey& key) {
    return std::ranges::any_of(config.jwt_keys, [&](const auto& other) { return other.secret == key.secret; });
  };
  if (is_access_key(config.session_keys.front()))
    return visit.findings.warning("session keys",
                                  "refresh tokens are made with a key of access tokens: who has it, and an old refresh "
                                  "token, has the session",
                                  "`ticketctl setup`; with several hosts, copy what it makes to each");
  check_keys(visit.findings, "session keys", config.session_keys, rotation(" --sessions", "a month"));
}

void check_token_keys(const Visit& visit) {
  auto& findings = visit.findings;
  const auto& keys = visit.config().jwt_keys;
  if (keys.empty() && visit.usable(kKeys))
    return findings.unknown("JWT keys",
                            "they are not in this shell's settings, and the handlers' file is closed to this user");
  if (keys.empty()) return;
  check_keys(findings, "JWT keys", keys, rotation("", "TICKETD_ACCESS_TTL_S"));
  if (visit.usable(kSessionKeys)) check_session_keys(visit);
}

int doctor(const Options& options, bool drops_root) {
  std::string root;
  if (options.words.size() == 2 && options.words[0] == "--root") {
    root = options.words[1];
  } else if (!options.words.empty()) {
    return wrong_usage("doctor takes --root DIRECTORY, or nothing");
  }
  Findings findings(options.json);
  const auto settings = read_settings(root);
  const Visit visit{findings, settings, root};
  check_settings(visit);
  check_token_keys(visit);
  check_host(visit);
  check_services(visit);
  if (drops_root) become_ticketd(findings);
  check_database(visit);
  check_redis(visit);
  check_work(visit);
  return findings.close();
}

}  // namespace ticketd::ctl
