// Every setting of ticketd, read and checked once at start. config.cc lists them with their defaults and bounds.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/log.h"
#include "webhook/address.h"

namespace ticketd {

// Exit status for a configuration that cannot be used: EX_CONFIG of sysexits.h, named in the units'
// RestartPreventExitStatus so that systemd does not try again.
constexpr int kExitBadConfig = 78;

// At most `limit` requests in each window of `window_s` seconds.
struct RateRule {
  int limit = 0;
  int window_s = 0;
  bool operator==(const RateRule&) const = default;
};

struct SecretKey {
  std::string kid;
  std::string secret;  // at least 32 bytes
};

// Who reads the settings. Each part is given no more secrets than it needs, and refuses to start without those.
enum class Part {
  api,        // the handlers: all of them
  worker,     // no keys, no cache
  messenger,  // no keys, no Redis; the mail server's password
  webhooks,   // no keys, no Redis
  admin,      // ticketctl: no keys
  all         // ticketctl doctor: what any of them needs
};
// "api", "worker", "messenger", "webhooks"; those of ticketctl are not in use.
std::string_view name_of(Part part);

// How mail leaves this host.
struct MailSettings {
  std::string url;  // of an SMTP server, smtp:// or smtps://; empty: no mail is sent
  std::string user;
  std::string password;
  bool starttls = false;
  std::string from;
  std::string name;
  // Directories with one for each language: ours, and what an operator puts in their place.
  std::string shipped_templates;
  std::string templates;
  std::string language;  // where a person has chosen none
};

struct Config {
  std::string database_url;
  std::string queue_redis_url;  // empty for messenger and webhooks
  std::string cache_redis_url;  // empty for all but handlers and ticketctl

  std::vector<SecretKey> jwt_keys;  // of the handlers alone; the first one signs, all of them are accepted
  // Likewise, of refresh and device tokens: whoever can sign access tokens cannot tell a session's next refresh token.
  std::vector<SecretKey> session_keys;
  std::string edge_key;  // nginx sends it; empty: any program that can connect to an endpoint's socket is believed
  std::string jwt_issuer;
  std::string jwt_audience;
  int access_ttl_s = 0;
  int refresh_ttl_s = 0;

  int threads = 0;          // per handler process
  int booking_threads = 0;  // of endpoints that book or cancel: see WaitsFor in endpoint/serve.h
  int db_connections = 0;   // per handler process
  int idle_exit_s = 0;      // 0: never
  int argon2_jobs = 0;      // password hashes at once, over all processes that share argon2_file
  std::string argon2_file;  // empty: each process has argon2_jobs of its own
  int statement_timeout_ms = 0;

  int shards = 0;
  int queue_max = 0;         // commands waiting in one shard
  int pending_per_user = 0;  // commands waiting of one user
  int keys_per_user = 0;     // idempotency keys that one user gets remembered in a day
  int keys_per_network = 0;  // all people of one network
  int keys_max = 0;          // and all people together
  int events_per_user = 0;   // neither cancelled nor over
  int batch_max = 0;
  int attempts_max = 0;
  int outcome_wait_ms = 0;  // how long PATCH and DELETE of an event wait for the worker

  std::optional<RateRule> rate_auth;
  std::optional<RateRule> rate_booking;
  std::optional<RateRule> rate_reads;
  std::optional<RateRule> rate_door;

  // Wrong passwords, see PasswordTry. TICKETD_RATE_LIMIT=off leaves them on.
  std::optional<RateRule> login_pair;     // of one account from one network
  std::optional<RateRule> login_network;  // from one network
  std::optional<RateRule> login_account;  // of one account from networks that it never logged in from

  // Where people reach this service, without a slash at its end. Empty: mails have no links.
  std::string public_url;
  std::optional<RateRule> mail_network;  // mails with links that one network asks for
  bool verified_email = false;           // only whoever has proved the account's address books

  MailSettings mail;

  // So many days after its end nobody knows any more who came to an event; empty: it is known for ever.
  std::optional<int> retention_days;

  // Networks that are not public, and may be sent webhooks all the same.
  webhook::Networks webhook_networks;

  std::string metrics_file;  // what metrics_file_of() takes
  Level log_level = Level::info;
};

// Gives the text of a setting, or nothing if it is not set.
using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

// On bad values `problems` holds one line for each, all of them at once, and `config` must not be used.
struct ConfigReading {
  Config config;
  std::vector<std::string> problems;
};
ConfigReading read_config(Part part, const Lookup& lookup);

// A setting from the environment, or from the file of that name in $CREDENTIALS_DIRECTORY (systemd.exec(5),
// LoadCredential); the environment wins. One trailing newline of a file is cut.
std::optional<std::string> from_environment(const std::string& name);

// read_config() from the environment; on problems prints them all to stderr, counts a failed start of `process` in the
// metrics (unless it is empty), and exits with kExitBadConfig.
Config config_or_exit(Part part, const std::string& process = "");

}  // namespace ticketd
