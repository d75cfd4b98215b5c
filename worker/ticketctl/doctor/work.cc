// doctor: is the queue being worked off?
#include "base/time.h"
#include "queue/command_stream.h"
#include "storage/dead_letters.h"
#include "storage/mails.h"
#include "storage/shard_locks.h"
#include "storage/webhook_deliveries.h"
#include "storage/webhooks.h"
#include "ticketctl/doctor/doctor.h"

namespace ticketd::ctl {
namespace {

constexpr int kRedisTimeoutMs = 2'000;
constexpr std::int64_t kLagWarningMs = 5'000;
constexpr std::int64_t kLagFaultMs = 60'000;
constexpr std::chrono::minutes kMailIsLate{30}, kWebhooksAreLate{5};

void check_workers(const Visit& visit, pqxx::transaction_base& tx) {
  const auto workers = storage::list_workers(tx);
  if (workers.empty())
    return visit.findings.fault(
        "workers",
        "no worker is connected: what is accepted is not carried out (a worker that waits for the queue's "
        "Redis is not connected either)",
        "`systemctl start ticketd-worker@1`, and look into `journalctl -u 'ticketd-worker@*'`");
  std::set<int> owned;
  for (const auto& worker : workers) owned.insert(worker.shards.begin(), worker.shards.end());
  const auto found = std::to_string(workers.size()) + (workers.size() == 1 ? " worker has " : " workers have ") +
                     std::to_string(owned.size()) + " of " + std::to_string(visit.config().shards) + " shards";
  if (static_cast<int>(owned.size()) >= visit.config().shards) return visit.findings.ok("workers", found);
  visit.findings.warning("workers", found,
                         "ask again in a second, shards may be changing hands; then look into `journalctl -u "
                         "'ticketd-worker@*'`");
}

void check_dead_letters(const Visit& visit, pqxx::transaction_base& tx) {
  const auto count = storage::count_dead_letters(tx);
  if (count == 0) return visit.findings.ok("dead letters", "none");
  visit.findings.warning("dead letters", std::to_string(count) + " commands failed and were put aside",
                         "`ticketctl dead list`, then `ticketctl dead retry` or `drop`");
}

void check_mails(const Visit& visit, pqxx::transaction_base& tx) {
  const bool is_on = storage::is_mail_on(tx);
  const auto settings = read_config(Part::messenger, from_environment).config;
  const bool has_server = !settings.mail.url.empty();
  if (settings.verified_email && (!is_on || settings.public_url.empty()))
    visit.findings.warning("verified e-mail",
                           "TICKETD_VERIFIED_EMAIL is on, and no links are sent: new users cannot book",
                           "`ticketctl mail on`, and set TICKETD_PUBLIC_URL");
  if (!is_on && has_server)
    return visit.findings.warning("mail", "TICKETD_MAIL_URL is set, but nobody is told by mail", "`ticketctl mail on`");
  if (!is_on) return visit.findings.ok("mail", "is off: nobody is told by mail");
  if (has_server && settings.public_url.empty())
    visit.findings.warning("links", "TICKETD_PUBLIC_URL is not set: nobody is sent a link for a forgotten password",
                           "set it to where people reach this service, and restart ticketd-messenger");
  const auto now = SystemClock().now();
  const auto mails = storage::count_mails(tx, now);
  const auto age = now - mails.oldest.value_or(now);
  const auto said = mails.error ? "; the mail server said last: " + *mails.error : "";
  if (age > kMailIsLate)
    return visit.findings.warning("mail",
                                  std::to_string(mails.untold + mails.waiting) + " wait, the oldest for " +
                                      std::to_string(age / std::chrono::minutes(1)) + " min" + said,
                                  "`systemctl status ticketd-messenger`, and `ticketctl mail list waiting`");
  if (mails.failed_lately > 0)
    return visit.findings.warning("mail", std::to_string(mails.failed_lately) + " have failed within a day" + said,
                                  "`ticketctl mail list`, then `ticketctl mail retry`");
  visit.findings.ok("mail", std::to_string(mails.untold + mails.waiting) + " wait, for less than " +
                                std::to_string(kMailIsLate.count()) + " min, and none has failed within a day");
}

void check_webhooks(const Visit& visit, pqxx::transaction_base& tx) {
  const bool are_on = storage::are_webhooks_on(tx);
  const auto now = SystemClock().now();
  const auto counts = storage::count_unposted(tx);
  const auto age = now - counts.oldest.value_or(now);
  if (age > kWebhooksAreLate)
    return visit.findings.warning("webhooks",
                                  std::to_string(counts.unposted) + " news wait to be posted, the oldest for " +
                                      std::to_string(age / std::chrono::minutes(1)) + " min",
                                  "`systemctl status ticketd-webhooks`");
  if (!are_on) return visit.findings.ok("webhooks", "are off: nothing is posted to organisers");
  visit.findings.ok("webhooks", std::to_string(counts.unposted) + " news wait to be posted, for less than " +
                                    std::to_string(kWebhooksAreLate.count()) + " min");
}

void check_shards(const Visit& visit, redis::RedisConnection& redis) {
  const int configured = visit.config().shards;
  const int stored = queue::stored_shards(redis);
  if (stored == configured) return visit.findings.ok("shards", std::to_string(stored));
  if (stored == 0)
    return visit.findings.warning("shards", "no worker has ever worked on this queue",
                                  "`systemctl start ticketd-worker@1`");
  const auto found =
      "TICKETD_SHARDS is " + std::to_string(configured) + ", but the queue was filled under " + std::to_string(stored);
  const auto remedy = "set TICKETD_SHARDS=" + std::to_string(stored) + " in /etc/ticketd/ticketd.env";
  if (queue::queue_depth(redis, stored).depth > 0)
    return visit.findings.fault("shards", found + " and commands wait in it: workers refuse to start",
                                remedy + " until `ticketctl queue` says that it is empty");
  visit.findings.warning("shards", found, remedy + ", or restart all handlers and workers");
}

void check_lag(const Visit& visit, redis::RedisConnection& redis) {
  const auto queue = queue::queue_depth(redis, std::max(visit.config().shards, queue::stored_shards(redis)));
  if (queue.depth == 0) return visit.findings.ok("queue", "is empty");
  const auto age_ms = std::max<std::int64_t>(0, epoch_ms(SystemClock().now()) - queue.oldest_ms);
  const auto found =
      std::to_string(queue.depth) + " commands wait, the oldest for " + std::to_string(age_ms / 1000) + " s";
  const auto* remedy = "`journalctl -u 'ticketd-worker@*'`; start more: `systemctl start ticketd-worker@2`";
  if (age_ms > kLagFaultMs) return visit.findings.fault("queue", found, remedy);
  if (age_ms > kLagWarningMs) return visit.findings.warning("queue", found, remedy);
  visit.findings.ok("queue", found);
}

// What lies in a store that is away was said to be away already: here it is only not known.
template <class Body>
void ask(const Visit& visit, const char* check, const char* store, Body&& body) {
  try {
    body();
  } catch (const postgres::DatabaseUnavailable&) {
    visit.findings.unknown(check, std::string(store) + " cannot be reached");
  } catch (const redis::RedisUnavailable&) {
    visit.findings.unknown(check, std::string(store) + " cannot be reached");
  } catch (const std::exception& e) {
    visit.findings.unknown(check, std::string(store) + " refuses to say: " + e.what());
  }
}

}  // namespace

void check_work(const Visit& visit) {
  const auto& config = visit.config();
  if (visit.usable("DATABASE_URL")) {
    postgres::DatabasePool database(config.database_url, {"ticketctl"}, 1);
    const auto look = [&](auto check) {
      postgres::autocommit(database, [&](pqxx::transaction_base& tx) {
        check(visit, tx);
        return true;
      });
    };
    ask(visit, "workers", "PostgreSQL", [&] { look(check_workers); });
    ask(visit, "dead letters", "PostgreSQL", [&] { look(check_dead_letters); });
    ask(visit, "mail", "PostgreSQL", [&] { look(check_mails); });
    ask(visit, "webhooks", "PostgreSQL", [&] { look(check_webhooks); });
  }
  if (visit.usable("QUEUE_REDIS_URL")) {
    redis::RedisConnection redis(config.queue_redis_url, kRedisTimeoutMs);
    ask(visit, "shards", "the queue's Redis", [&] { check_shards(visit, redis); });
    ask(visit, "queue", "the queue's Redis", [&] { check_lag(visit, redis); });
  }
}

}  // namespace ticketd::ctl
