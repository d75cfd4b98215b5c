// ticketctl doctor, and what is wrong with PostgreSQL and the two Redis: each test plants one thing.
#include <filesystem>
#include <fstream>

#include "doctor_rig.h"
#include "queue/functions.h"
#include "storage/migrations.h"

namespace ticketd::tests {
namespace {

const char* const kGoodQueue = "appendonly yes\nappendfsync always\nmaxmemory 64mb\nmaxmemory-policy noeviction";

Ended doctor(const Settings& settings = {}) { return call_on_stack("doctor --json", settings); }

void load_functions(const PrivateRedis& server) {
  redis::RedisConnection redis(server.url(), 1'000);
  redis::load(redis, queue::functions());
}

// As the superuser, in autocommit.
void as_admin(const std::string& statement) {
  postgres::Session connection(stores().database.admin_url());
  pqxx::nontransaction(connection).exec(statement);
}

}  // namespace

TEST_GROUP_BASE(DoctorStores, DoctorTest){};

TEST(DoctorStores, AHealthyStackHasNoFault) {
  const auto ended = doctor();
  LONGS_EQUAL_TEXT(0, ended.status, ended.said.c_str());
  for (const auto* check : {"settings", "postgresql", "postgresql schema", "postgresql roles",
                            "queue redis appendfsync", "cache redis maxmemory-policy", "queue redis functions",
                            "cache redis functions", "two redis", "workers", "shards", "metrics file"})
    expect_ok(check, ended);
}

TEST(DoctorStores, TheTextHasALineForEachCheck) {
  const auto ended = call_on_stack("doctor", {{"QUEUE_REDIS_URL", "unix:///nowhere/redis.sock"}});
  expect_ends(1, "FAULT   queue redis ", ended);
  expect_contains("Remedy: `systemctl start ticketd-redis-queue`", ended.said);
  expect_contains("ok      postgresql fsync ", ended.said);
  expect_contains("\n1 fault, ", ended.said);
}

TEST(DoctorStores, PostgresqlIsAwayAndTheRestIsStillChecked) {
  const auto ended = doctor({{"DATABASE_URL", "postgresql://ticketd@127.0.0.1:1/ticketd"}});
  expect_fault("postgresql", "cannot be reached", "systemctl start postgresql", ended);
  expect_ok("queue redis appendonly", ended);
  expect_unknown("workers", ended);
  expect_ok("shards", ended);
}

TEST(DoctorStores, TheQueueIsAwayAndTheRestIsStillChecked) {
  const auto ended = doctor({{"QUEUE_REDIS_URL", "unix:///nowhere/redis.sock"}});
  expect_fault("queue redis", "cannot be reached", "systemctl start ticketd-redis-queue", ended);
  expect_ok("cache redis", ended);
  expect_ok("workers", ended);
  expect_unknown("queue", ended);
}

TEST(DoctorStores, TheCacheIsAway) {
  expect_fault("cache redis", "cannot be reached", "systemctl start ticketd-redis-cache",
               doctor({{"CACHE_REDIS_URL", "redis://127.0.0.1:1/0"}}));
}

TEST(DoctorStores, SynchronousCommitIsOff) {
  const std::string database = sql_text("SELECT current_database()");
  as_admin("ALTER DATABASE " + database + " SET synchronous_commit = off");
  const auto ended = call_ctl("doctor --json");
  as_admin("ALTER DATABASE " + database + " RESET synchronous_commit");
  expect_fault("postgresql synchronous_commit", "is off", "ALTER DATABASE " + database + " RESET synchronous_commit",
               ended);
}

TEST(DoctorStores, FullPageWritesAreOff) {
  const auto set = [](const std::string& how, const std::string& value) {
    as_admin("ALTER SYSTEM " + how);
    as_admin("SELECT pg_reload_conf()");
    for (int tries = 0; tries < 500; ++tries) {  // a new session has it once the postmaster has read it
      postgres::Session connection(stores().database.admin_url());
      if (pqxx::nontransaction(connection).exec("SHOW full_page_writes")[0][0].c_str() == value) return;
      std::this_thread::sleep_for(milliseconds(10));
    }
    FAIL("full_page_writes does not change");
  };
  set("SET full_page_writes = off", "off");
  const auto ended = doctor();
  set("RESET full_page_writes", "on");
  expect_fault("postgresql full_page_writes", "is off", "full_page_writes = on", ended);
}

TEST(DoctorStores, AMigrationIsMissing) {
  const auto directory = std::filesystem::temp_directory_path() / fresh_word();
  std::filesystem::copy(std::getenv("TICKETD_MIGRATIONS_DIR"), directory);
  std::ofstream(directory / "9999_later.sql") << "SELECT 1;\n";
  const auto missing = doctor({{"TICKETD_MIGRATIONS_DIR", directory.string()}});
  std::ofstream(directory / "0001_schema.sql", std::ios::app) << "-- changed\n";
  const auto changed = doctor({{"TICKETD_MIGRATIONS_DIR", directory.string()}});
  std::filesystem::remove_all(directory);
  expect_fault("postgresql schema", "missing: 9999 later", "ticketctl migrate", missing);
  expect_fault("postgresql schema", "has been changed since", "install the version", changed);
  expect_unknown("postgresql schema", doctor({{"TICKETD_MIGRATIONS_DIR", directory.string()}}));
}

TEST(DoctorStores, ARoleLacksARight) {
  const auto role =
      sql_text("SELECT coalesce((SELECT rolname FROM pg_roles WHERE rolname = 'ticketd_api'), current_user)");
  as_admin("REVOKE INSERT ON refresh_tokens FROM " + role);
  const auto ended = call_ctl("doctor --json");
  as_admin("GRANT INSERT ON refresh_tokens TO " + role);
  expect_fault("postgresql role " + role, "lacks INSERT on refresh_tokens", "GRANT", ended);
}

TEST(DoctorStores, ARoleHasSettingsOfItsOwn) {
  as_admin("ALTER ROLE ticketd_api SET default_transaction_read_only = on");
  const auto ended = call_ctl("doctor --json");
  as_admin("ALTER ROLE ticketd_api RESET ALL");
  expect_warning("postgresql role ticketd_api", "default_transaction_read_only=on", "ticketctl setup", ended);
  expect_ok("postgresql role settings", doctor());
}

TEST(DoctorStores, ADatabaseOfAnotherEncoding) {
  const auto name = fresh_word();
  as_admin("CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
  const auto ended = doctor({{"DATABASE_URL", with_database(stores().database.url(), name)}});
  as_admin("DROP DATABASE " + name + " WITH (FORCE)");
  expect_fault("postgresql encoding", "is SQL_ASCII", "ticketctl setup", ended);
}

TEST(DoctorStores, ThereAreTooFewConnections) {
  expect_warning("postgresql max_connections", "up to",
                 "set max_connections = ", doctor({{"TICKETD_DB_CONNECTIONS", "200"}}));
}

TEST(DoctorStores, TheQueueLosesWhatWasAccepted) {
  PrivateRedis redis(kGoodQueue);
  load_functions(redis);
  const Settings settings = {{"QUEUE_REDIS_URL", redis.url()}};
  const auto planted = [&](const std::string& name, const std::string& bad, const std::string& good, Where where) {
    redis.set(name, bad);
    expect_fault("queue redis " + name, "is " + bad, "set `" + name + " " + good + "` in /etc/ticketd/redis-queue.conf",
                 doctor(settings), where);
    redis.set(name, good);
  };
  LONGS_EQUAL(0, doctor(settings).json()["faults"].integer());
  planted("appendfsync", "everysec", "always", Where::current());
  planted("no-appendfsync-on-rewrite", "yes", "no", Where::current());
  planted("maxmemory-policy", "allkeys-lru", "noeviction", Where::current());
  planted("appendonly", "no", "yes", Where::current());
}

TEST(DoctorStores, TheQueueIsFull) {
  PrivateRedis redis(kGoodQueue);
  // An empty Redis 7 takes 0.9 MiB, an empty Redis 8 takes 0.7.
  redis::RedisConnection(redis.url(), 1'000).command({"SET", "filler", std::string(300'000, 'x')});
  redis.set("maxmemory", "1mb");
  expect_fault("queue redis maxmemory", "of 1.0 MiB in use", "maxmemory", doctor({{"QUEUE_REDIS_URL", redis.url()}}));
  redis.set("maxmemory", "0");
  expect_warning("queue redis maxmemory", "has no limit", "maxmemory 512mb",
                 doctor({{"QUEUE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, TheQueueIsInMemoryOnly) {
  const PrivateRedis redis(kGoodQueue, "/dev/shm");
  expect_fault("queue redis disk", "tmpfs", "set `dir", doctor({{"QUEUE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, TheQueueIsAReplica) {
  const PrivateRedis redis(std::string(kGoodQueue) + "\nreplicaof 127.0.0.1 1");
  expect_fault("queue redis primary", "replica", "QUEUE_REDIS_URL", doctor({{"QUEUE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, TheCacheDoesNotEvict) {
  const PrivateRedis redis("maxmemory 64mb\nmaxmemory-policy noeviction");
  expect_fault("cache redis maxmemory-policy", "is noeviction", "maxmemory-policy allkeys-lru",
               doctor({{"CACHE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, ARedisLacksTheFunctions) {
  const PrivateRedis redis(kGoodQueue);
  expect_fault("queue redis functions", "are not there", "ticketctl functions load",
               doctor({{"QUEUE_REDIS_URL", redis.url()}}));
  expect_fault("cache redis functions", "are not there", "ticketctl functions load",
               doctor({{"CACHE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, EndpointsMaySendRedisCode) {
  const PrivateRedis redis(std::string(kGoodQueue) + "\nuser api on nopass ~* +fcall +eval");
  load_functions(redis);
  expect_warning("queue redis functions", "code of their own", "ticketctl setup",
                 doctor({{"QUEUE_REDIS_URL", redis.url()}}));
}

TEST(DoctorStores, OneRedisIsBoth) {
  expect_fault("two redis", "the same server", "CACHE_REDIS_URL",
               doctor({{"CACHE_REDIS_URL", std::getenv("QUEUE_REDIS_URL")}}));
}

TEST(DoctorStores, AUserWithoutConfigGetIsToldApartFromAFault) {
  const PrivateRedis redis(std::string(kGoodQueue) + "\nuser default on nopass ~* &* +@all -config");
  load_functions(redis);
  const auto ended = doctor({{"QUEUE_REDIS_URL", redis.url()}});
  expect_unknown("queue redis appendfsync", ended);
  LONGS_EQUAL(0, ended.json()["faults"].integer());
}

}  // namespace ticketd::tests
