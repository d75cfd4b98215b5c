// doctor: the two Redis.
#include <sys/statfs.h>

#include <linux/magic.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iomanip>
#include <sstream>

#include "auth/functions.h"
#include "base/time.h"
#include "queue/functions.h"
#include "redis/server_facts.h"
#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

using redis::RedisConnection;
using redis::ServerFacts;

constexpr int kTimeoutMs = 2'000;
constexpr int kOldestVersion = 7;
constexpr double kMiB = 1024.0 * 1024.0;
constexpr double kLowDiskMiB = 1024;
constexpr double kNoDiskMiB = 256;

std::string mib(double bytes) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(bytes < 10 * kMiB ? 1 : 0) << bytes / kMiB << " MiB";
  return text.str();
}

// One of the two, with the words for it.
struct Instance {
  const Visit& visit;
  const std::string name;  // queue, cache
  const std::string& url;

  [[nodiscard]] std::string check(const std::string& what) const {
    return name + " redis" + (what.empty() ? "" : " " + what);
  }
  [[nodiscard]] std::string set(const std::string& setting) const {
    return "set `" + setting + "` in /etc/ticketd/redis-" + name + ".conf, then `systemctl restart ticketd-redis-" +
           name + "`";
  }
  [[nodiscard]] Findings& findings() const { return visit.findings; }
};

// What endpoints and workers call there; and that they can do no more.
void check_functions(const Instance& redis, RedisConnection& connection) {
  const auto& library = redis.name == "queue" ? queue::functions() : auth::functions();
  const auto check = redis.check("functions");
  try {
    if (!redis::has(connection, library))
      return redis.findings().fault(check, "those of this version are not there: endpoints cannot use it",
                                    "`ticketctl functions load`");
    const auto answer = connection.command({"ACL", "DRYRUN", "api", "EVAL", "return 1", "0"});
    if (answer.text() == "OK")
      return redis.findings().warning(check,
                                      "endpoints may send code of their own, too, and whoever took one over a loop",
                                      "`ticketctl setup`, once the last process of an earlier version has ended");
    redis.findings().ok(check, library.name());
  } catch (const redis::RedisError& e) {
    redis.findings().unknown(check, e.what());
  }
}

std::optional<ServerFacts> reach(const Instance& redis, const std::string& setting) {
  if (!redis.visit.usable(setting)) {
    redis.findings().unknown(redis.check(""), setting + " cannot be used");
    return std::nullopt;
  }
  try {
    redis::RedisConnection connection(redis.url, kTimeoutMs);
    auto facts = redis::read_server_facts(connection);
    redis.findings().ok(redis.check(""), "answers");
    check_functions(redis, connection);
    return facts;
  } catch (const std::exception& e) {
    redis.findings().fault(redis.check(""), std::string("cannot be reached: ") + e.what(),
                           "`systemctl start ticketd-redis-" + redis.name + "`; check " + setting);
    return std::nullopt;
  }
}

void check_version(const Instance& redis, const ServerFacts& facts) {
  const auto version = facts.version();
  if (facts.major_version() >= kOldestVersion) return redis.findings().ok(redis.check("version"), version);
  redis.findings().fault(redis.check("version"), version + " is too old", "upgrade to Redis 7 or later");
}

void must_be(const Instance& redis, const ServerFacts& facts, const std::string& setting, const std::string& wanted,
             const std::string& danger) {
  const auto value = facts.setting(setting);
  if (!value) return redis.findings().unknown(redis.check(setting), "this user may not ask CONFIG GET");
  if (*value == wanted) return redis.findings().ok(redis.check(setting), *value);
  redis.findings().fault(redis.check(setting), "is " + *value + ", not " + wanted + ": " + danger,
                         redis.set(setting + ' ' + wanted));
}

void check_memory(const Instance& redis, const ServerFacts& facts) {
  const auto used = static_cast<double>(facts.number("used_memory"));
  const auto most = static_cast<double>(facts.number("maxmemory"));
  const auto check = redis.check("maxmemory");
  if (most == 0)
    return redis.findings().warning(check, "has no limit: it may take the host's whole memory",
                                    redis.set("maxmemory 512mb"));
  const auto found = mib(used) + " of " + mib(most) + " in use";
  if (used < 0.75 * most || redis.name == "cache") return redis.findings().ok(check, found);  // a full cache evicts
  const auto remedy = "`ticketctl queue`: is a worker behind? Otherwise " +
                      redis.set("maxmemory " + std::to_string(std::llround(2 * most / (1 << 20))) + "mb");
  if (used < 0.9 * most) return redis.findings().warning(check, found, remedy);
  redis.findings().fault(check, found + ": soon every booking is refused with queue_full", remedy);
}

void check_clients(const Instance& redis, const ServerFacts& facts) {
  const auto handlers = static_cast<std::int64_t>(list_handlers(redis.visit).size());
  const auto needed = handlers * std::max(redis.visit.config().threads, redis.visit.config().booking_threads) + 32;
  const auto most = facts.number("maxclients");
  const auto found = std::to_string(facts.number("connected_clients")) + " of " + std::to_string(most) +
                     " clients, up to " + std::to_string(needed) + " needed";
  if (most == 0 || most >= needed) return redis.findings().ok(redis.check("maxclients"), found);
  redis.findings().warning(redis.check("maxclients"), found,
                           redis.set("maxclients " + std::to_string(2 * needed)) +
                               " (Redis lowers it by itself where LimitNOFILE is too small)");
}

void check_last_write(const Instance& redis, const ServerFacts& facts) {
  const auto check = redis.check("last write");
  const auto status = facts.text("aof_last_write_status");
  if (status.empty()) return redis.findings().unknown(check, "INFO does not say");
  if (status != "ok")
    return redis.findings().fault(
        check, "of the AOF failed: nothing is accepted any more",
        "make room on the disk of `dir` (df), and look into `journalctl -u ticketd-redis-queue`");
  if (facts.text("aof_last_bgrewrite_status") == "err")
    return redis.findings().warning(check, "went well, but the last rewrite of the AOF failed and it goes on growing",
                                    "look into `journalctl -u ticketd-redis-queue`; then BGREWRITEAOF");
  redis.findings().ok(check, "ok, AOF of " + mib(static_cast<double>(facts.number("aof_current_size"))));
}

bool is_local(const std::string& url) {
  for (const auto* part : {"unix://", "//127.", "@127.", "//localhost", "@localhost", "//[::1]", "@[::1]"}) {
    if (url.find(part) != std::string::npos) return true;
  }
  return false;
}

void check_disk(const Instance& redis, const ServerFacts& facts) {
  const auto check = redis.check("disk");
  const auto directory = facts.setting("dir");
  if (!directory) return redis.findings().unknown(check, "this user may not ask CONFIG GET");
  if (!is_local(redis.url)) return redis.findings().unknown(check, "it is on another host");
  struct statfs disk{};
  if (::statfs(directory->c_str(), &disk) != 0)
    return redis.findings().unknown(check, *directory + " cannot be looked at from here");
  const auto free_mib = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_bsize) / kMiB;
  const auto found = mib(free_mib * kMiB) + " free in " + *directory;
  const auto remedy = "make room there, or move `dir` to a larger disk";
  if (disk.f_type == TMPFS_MAGIC)
    return redis.findings().fault(check, *directory + " is in memory (tmpfs): a reboot loses accepted bookings",
                                  redis.set("dir /var/lib/ticketd-redis-queue"));
  if (free_mib < kNoDiskMiB) return redis.findings().fault(check, found, remedy);
  if (free_mib < kLowDiskMiB) return redis.findings().warning(check, found, remedy);
  redis.findings().ok(check, found);
}

void check_queue(const Instance& redis, const ServerFacts& facts) {
  check_version(redis, facts);
  if (facts.text("role") == "slave")
    redis.findings().fault(redis.check("primary"), "this is a replica: nothing can be written",
                           "let QUEUE_REDIS_URL point to the primary");
  const std::string lost = "an accepted booking can be lost when the host goes down";
  must_be(redis, facts, "appendonly", "yes", lost);
  must_be(redis, facts, "appendfsync", "always", lost);
  must_be(redis, facts, "no-appendfsync-on-rewrite", "no", lost + " during a rewrite");
  must_be(redis, facts, "maxmemory-policy", "noeviction", "accepted bookings are thrown away when memory is full");
  check_memory(redis, facts);
  check_clients(redis, facts);
  check_last_write(redis, facts);
  check_disk(redis, facts);
}

void check_cache(const Instance& redis, const ServerFacts& facts) {
  check_version(redis, facts);
  check_memory(redis, facts);
  check_clients(redis, facts);
  const auto policy = facts.text("maxmemory_policy");
  if (policy.starts_with("allkeys-")) return redis.findings().ok(redis.check("maxmemory-policy"), policy);
  redis.findings().fault(redis.check("maxmemory-policy"),
                         "is " + policy + ": when memory is full no rate limit is counted any more",
                         redis.set("maxmemory-policy allkeys-lru"));
}

}  // namespace

void check_redis(const Visit& visit) {
  const Instance queue{visit, "queue", visit.config().queue_redis_url};
  const Instance cache{visit, "cache", visit.config().cache_redis_url};
  const auto queue_facts = reach(queue, "QUEUE_REDIS_URL");
  if (queue_facts) check_queue(queue, *queue_facts);
  const auto cache_facts = reach(cache, "CACHE_REDIS_URL");
  if (cache_facts) check_cache(cache, *cache_facts);
  if (!queue_facts || !cache_facts) return;
  if (queue_facts->text("run_id") != cache_facts->text("run_id"))
    return visit.findings.ok("two redis", "queue and cache are different servers");
  visit.findings.fault("two redis", "queue and cache are the same server: either bookings are evicted or it fills up",
                       "run ticketd-redis-cache and let CACHE_REDIS_URL point to it");
}

}  // namespace ticketd::ctl
