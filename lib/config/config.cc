#include "config/config.h"

#include <unistd.h>

#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "base/base64.h"
#include "base/text.h"
#include "mail/mail.h"
#include "metrics/metrics.h"
#include "redis/address.h"

namespace ticketd {
namespace {

constexpr std::size_t kMinKeyBytes = 32;  // HS256, RFC 7518 section 3.2

class Reader {
 public:
  explicit Reader(const Lookup& lookup) : lookup_(lookup) {}

  std::string text(const std::string& name, const std::string& fallback) { return lookup_(name).value_or(fallback); }

  std::string required(const std::string& name, const std::string& example) {
    const auto value = lookup_(name);
    if (!value || value->empty()) problem(name, "is not set; example: " + example);
    return value.value_or("");
  }

  int number(const std::string& name, int fallback, int least, int most) {
    const auto value = lookup_(name);
    if (!value) return fallback;
    const auto parsed = parse_int(*value);
    if (parsed && *parsed >= least && *parsed <= most) return *parsed;
    problem(name, "is \"" + *value + "\", but must be a whole number from " + std::to_string(least) + " to " +
                      std::to_string(most));
    return fallback;
  }

  // Empty where it is not set, or off.
  std::optional<int> number_or_off(const std::string& name, int least, int most) {
    if (unless_off(name).empty()) return std::nullopt;
    return number(name, least, least, most);
  }

  // "200/600" is 200 requests in 600 seconds; "off" is no limit.
  std::optional<RateRule> rate(const std::string& name, RateRule fallback) {
    const auto all = lookup_("TICKETD_RATE_LIMIT");
    if (all && *all != "on" && *all != "off")
      problem_once("TICKETD_RATE_LIMIT", "is \"" + *all + "\", but must be on or off");
    const auto rule = guess_rate(name, fallback);
    return all && *all == "off" ? std::nullopt : rule;
  }

  // The same, but on whatever TICKETD_RATE_LIMIT says.
  std::optional<RateRule> guess_rate(const std::string& name, RateRule fallback) {
    const auto value = lookup_(name);
    if (!value) return fallback;
    if (*value == "off") return std::nullopt;
    const auto slash = value->find('/');
    const auto limit = parse_int(value->substr(0, slash));
    const auto window_s = slash == std::string::npos ? std::nullopt : parse_int(value->substr(slash + 1));
    if (limit && window_s && *limit >= 1 && *window_s >= 1 && *window_s <= 86'400) return RateRule{*limit, *window_s};
    problem(name, "is \"" + *value + "\", but must be REQUESTS/SECONDS such as 200/600, or off");
    return fallback;
  }

  std::vector<SecretKey> required_keys(const std::string& name) {
    return keys(name, required(name, "2027-01:$(openssl rand -base64 32)"));
  }
  std::vector<SecretKey> keys_or(const std::string& name, const std::vector<SecretKey>& fallback) {
    const auto list = unless_off(name);
    return list.empty() ? fallback : keys(name, list);
  }

  // Empty without.
  std::string shared_secret(const std::string& name) {
    auto value = unless_off(name);
    if (!value.empty() && value.size() < kMinKeyBytes)
      problem(name, "has " + std::to_string(value.size()) + " characters; it needs at least 32");
    return value;
  }

  bool on_or_off(const std::string& name) {
    const auto value = lookup_(name).value_or("off");
    if (value != "on" && value != "off") problem(name, "is \"" + value + "\", but must be on or off");
    return value == "on";
  }

  // What was read before; `starttls` is auto, on or off. All of it is empty where no mail is to be sent.
  MailSettings checked(MailSettings mail, const std::string& starttls) {
    static const std::regex url("smtps?://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?");
    static const std::regex near("localhost|\\[::1\\]|127(\\.[0-9]+){3}");
    if (mail.url == "off") return {};
    std::smatch parts;
    if (!std::regex_match(mail.url, parts, url))  // it may hold a password, and is not shown
      problem("TICKETD_MAIL_URL", "must be smtp://HOST:PORT, smtps://HOST:PORT or off; user and password are settings");
    if (!mail::is_address(mail.from))
      problem("TICKETD_MAIL_FROM", "is \"" + mail.from + "\", but must be an address such as tickets@example.org");
    if (has_control(mail.name) || mail.name.find_first_of("\r\n\t") != std::string::npos)
      problem("TICKETD_MAIL_NAME", "has a control character in it");
    if (!is_language(mail.language))
      problem("TICKETD_MAIL_LANGUAGE", "is \"" + mail.language + "\", but must be two lower-case letters such as de");
    if (starttls != "auto" && starttls != "on" && starttls != "off")
      problem("TICKETD_MAIL_STARTTLS", "is \"" + starttls + "\", but must be auto, on or off");
    const bool is_near = std::regex_match(parts[1].str(), near);
    mail.starttls = starttls == "on" || (starttls == "auto" && !is_near && mail.url.starts_with("smtp:"));
    return mail;
  }

  Level level(const std::string& name) {
    const auto value = text(name, "info");
    if (value == "debug") return Level::debug;
    if (value == "info") return Level::info;
    if (value == "warning") return Level::warning;
    if (value == "error") return Level::error;
    problem(name, "is \"" + value + "\", but must be debug, info, warning or error");
    return Level::info;
  }

  // An empty one was refused already.
  void database_url(const std::string& name, const std::string& value) {
    if (!value.empty() && !value.starts_with("postgresql://") && !value.starts_with("postgres://"))
      problem(name, "must start with postgresql:// or postgres://");
  }
  void page_url(const std::string& name, const std::string& value) {
    static const std::regex page("https?://([A-Za-z0-9.-]+|\\[[0-9a-fA-F:.]+\\])(:[0-9]{1,5})?");
    if (!value.empty() && !std::regex_match(value, page))
      problem(name, "is \"" + value + "\", but must be such as https://tickets.example.org");
  }
  webhook::Networks networks(const std::string& name) {
    const auto value = unless_off(name);
    auto list = webhook::Networks::parse(value);
    if (!list) problem(name, "is \"" + value + "\", but must be networks such as 10.0.0.0/8 fd00::/8, or off");
    return list.value_or(webhook::Networks());
  }
  void redis_url(const std::string& name, const std::string& value) try {
    if (!value.empty()) redis::Address::parse(value);
  } catch (const std::invalid_argument& e) {
    problem(name, e.what());
  }

  void problem(const std::string& name, const std::string& what) { problems_.push_back(name + " " + what); }
  [[nodiscard]] std::vector<std::string> problems() const { return problems_; }

 private:
  // "2027-01:BASE64,2026-07:BASE64", the newest first.
  std::vector<SecretKey> keys(const std::string& name, const std::string& text) {
    std::vector<SecretKey> keys;
    std::istringstream list(text);
    for (std::string item; std::getline(list, item, ',');) {
      const auto colon = item.find(':');
      const auto secret = colon == std::string::npos ? std::nullopt : bytes_of_base64(item.substr(colon + 1));
      if (colon == 0 || !secret) {
        problem(name, "must be a list of KID:BASE64 joined by commas");
      } else if (secret->size() < kMinKeyBytes) {
        problem(name, "holds the key \"" + item.substr(0, colon) + "\" of " + std::to_string(secret->size()) +
                          " bytes; a key has at least 32");
      } else {
        keys.push_back({item.substr(0, colon), *secret});
      }
    }
    return keys;
  }

  // Empty where it is not set, or off: so a unit says it that has no file to read it from.
  std::string unless_off(const std::string& name) {
    const auto value = lookup_(name).value_or("");
    return value == "off" ? "" : value;
  }

  void problem_once(const std::string& name, const std::string& what) {
    const auto line = name + " " + what;
    for (const auto& said : problems_) {
      if (said == line) return;
    }
    problems_.push_back(line);
  }

  static std::optional<int> parse_int(const std::string& text) {
    int value = 0;
    const auto* end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc{} || at != end) return std::nullopt;
    return value;
  }

  const Lookup& lookup_;
  std::vector<std::string> problems_;
};

}  // namespace

std::string_view name_of(Part part) {
  switch (part) {
    case Part::api: return "api";
    case Part::worker: return "worker";
    case Part::messenger: return "messenger";
    case Part::webhooks: return "webhooks";
    case Part::admin:
    case Part::all: return "admin";
  }
  return "";
}

ConfigReading read_config(Part part, const Lookup& lookup) {
  Reader in(lookup);
  Config c;
  c.database_url = in.required("DATABASE_URL", "postgresql:///ticketd?host=/run/postgresql");
  if (part != Part::messenger && part != Part::webhooks)
    c.queue_redis_url = in.required("QUEUE_REDIS_URL", "unix:///run/ticketd-redis-queue/redis.sock");
  if (part == Part::api || part == Part::admin || part == Part::all)
    c.cache_redis_url = in.required("CACHE_REDIS_URL", "unix:///run/ticketd-redis-cache/redis.sock");
  in.database_url("DATABASE_URL", c.database_url);
  in.redis_url("QUEUE_REDIS_URL", c.queue_redis_url);
  in.redis_url("CACHE_REDIS_URL", c.cache_redis_url);

  if (part == Part::api || part == Part::all) {
    c.jwt_keys = in.required_keys("TICKETD_JWT_KEYS");
    c.session_keys = in.keys_or("TICKETD_SESSION_KEYS", c.jwt_keys);
    c.edge_key = in.shared_secret("TICKETD_EDGE_KEY");
  }
  c.jwt_issuer = in.text("TICKETD_JWT_ISSUER", "ticketd");
  c.jwt_audience = in.text("TICKETD_JWT_AUDIENCE", "ticketd");
  c.access_ttl_s = in.number("TICKETD_ACCESS_TTL_S", 15 * 60, 10, 3'600);
  c.refresh_ttl_s = in.number("TICKETD_REFRESH_TTL_S", 30 * 86'400, 60, 366 * 86'400);

  c.threads = in.number("TICKETD_THREADS", 8, 1, 256);
  c.booking_threads = in.number("TICKETD_BOOKING_THREADS", 48, 1, 256);
  c.db_connections = in.number("TICKETD_DB_CONNECTIONS", 4, 1, 256);
  c.idle_exit_s = in.number("TICKETD_IDLE_EXIT_S", 300, 0, 86'400);
  c.argon2_jobs = in.number("TICKETD_ARGON2_JOBS", 1, 1, 64);
  c.argon2_file = in.text("TICKETD_ARGON2_FILE", "");
  c.statement_timeout_ms = in.number("TICKETD_STATEMENT_TIMEOUT_MS", 5'000, 100, 600'000);

  c.shards = in.number("TICKETD_SHARDS", 16, 1, 256);
  c.queue_max = in.number("TICKETD_QUEUE_MAX", 100'000, 1, 10'000'000);
  c.pending_per_user = in.number("TICKETD_PENDING_PER_USER", 200, 1, 1'000'000);
  c.keys_per_user = in.number("TICKETD_KEYS_PER_USER", 1'000, 1, 1'000'000);
  c.keys_per_network = in.number("TICKETD_KEYS_PER_NETWORK", 10'000, 1, 100'000'000);
  c.keys_max = in.number("TICKETD_KEYS_MAX", 200'000, 1, 100'000'000);
  c.events_per_user = in.number("TICKETD_EVENTS_PER_USER", 1'000, 1, 1'000'000);
  c.batch_max = in.number("TICKETD_BATCH_MAX", 500, 1, 5'000);
  c.attempts_max = in.number("TICKETD_ATTEMPTS_MAX", 5, 1, 100);
  c.outcome_wait_ms = in.number("TICKETD_OUTCOME_WAIT_MS", 2'000, 0, 20'000);

  c.rate_auth = in.rate("TICKETD_RATE_LIMIT_AUTH", {200, 600});
  c.rate_booking = in.rate("TICKETD_RATE_LIMIT_BOOKING", {200, 600});
  c.rate_reads = in.rate("TICKETD_RATE_LIMIT_READS", {200, 600});
  c.rate_door = in.rate("TICKETD_RATE_LIMIT_DOOR", {6'000, 600});

  c.login_pair = in.guess_rate("TICKETD_LOGIN_LIMIT", {10, 900});
  c.login_network = in.guess_rate("TICKETD_LOGIN_LIMIT_NETWORK", {100, 900});
  c.login_account = in.guess_rate("TICKETD_LOGIN_LIMIT_ACCOUNT", {100, 3'600});

  c.public_url = in.text("TICKETD_PUBLIC_URL", "");
  in.page_url("TICKETD_PUBLIC_URL", c.public_url);
  c.mail_network = in.guess_rate("TICKETD_MAIL_LIMIT_NETWORK", {200, 3'600});
  c.verified_email = in.on_or_off("TICKETD_VERIFIED_EMAIL");
  if (part == Part::admin || part == Part::all)
    c.retention_days = in.number_or_off("TICKETD_RETENTION_DAYS", 1, 36'500);

  if (part == Part::messenger || part == Part::all) {
    c.mail.url = in.text("TICKETD_MAIL_URL", "off");
    c.mail.user = in.text("TICKETD_MAIL_USER", "");
    c.mail.password = in.text("TICKETD_MAIL_PASSWORD", "");
    c.mail.from = in.text("TICKETD_MAIL_FROM", "");
    c.mail.name = in.text("TICKETD_MAIL_NAME", "");
    c.mail.templates = in.text("TICKETD_MAIL_TEMPLATES", "/etc/ticketd/mail");
    c.mail.shipped_templates = in.text("TICKETD_MAIL_SHIPPED_TEMPLATES", "/usr/share/ticketd/mail");
    c.mail.language = in.text("TICKETD_MAIL_LANGUAGE", "en");
    const auto starttls = in.text("TICKETD_MAIL_STARTTLS", "auto");
    c.mail = in.checked(c.mail, starttls);
  }

  c.webhook_networks = in.networks("TICKETD_WEBHOOK_NETWORKS");

  c.metrics_file = in.text("TICKETD_METRICS_FILE", "");
  c.log_level = in.level("TICKETD_LOG_LEVEL");
  return {c, in.problems()};
}

std::optional<std::string> from_environment(const std::string& name) {
  if (const char* value = std::getenv(name.c_str()); value != nullptr) return value;
  const char* directory = std::getenv("CREDENTIALS_DIRECTORY");
  if (directory == nullptr) return std::nullopt;
  std::ifstream file(std::string(directory) + "/" + name);
  if (!file) return std::nullopt;
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Config config_or_exit(Part part, const std::string& process) {
  auto reading = read_config(part, from_environment);
  if (reading.problems.empty()) return std::move(reading.config);
  const auto prefix = Log::prefix(Level::error);
  std::cerr << prefix << "ticketd cannot start, its settings are wrong:\n";
  for (const auto& line : reading.problems) std::cerr << prefix << "  " << line << '\n';
  if (part == Part::admin && ::geteuid() != 0)
    std::cerr << "On a host with the package, root finds them by itself: sudo ticketctl …\n";
  if (!process.empty())
    Metrics(metrics_file_of(reading.config.metrics_file, name_of(part))).count_start_failure(process);
  std::exit(kExitBadConfig);
}

}  // namespace ticketd
