#include "support/stores.h"

#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace ticketd::tests {
namespace {

Stores* the_stores = nullptr;

std::string address(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set: run the tests by `make test`");
  return value;
}

}  // namespace

Stores::Stores()
    : queue_url(with_database(address("QUEUE_REDIS_URL"), "1")),
      cache_url(with_database(address("CACHE_REDIS_URL"), "1")),
      database(address("DATABASE_URL"), address("ADMIN_DATABASE_URL"), address("TICKETD_MIGRATIONS_DIR")),
      pool(database.url(), {"integration", 30'000}, 48),
      queue(queue_url, 5'000),
      cache(cache_url, 5'000) {
  the_stores = this;
  flush(queue);
  flush(cache);
}

Stores::~Stores() { the_stores = nullptr; }

Stores& stores() { return *the_stores; }

postgres::DatabaseConnection open_session(int statement_timeout_ms) {
  return {stores().database.url(), {"session", statement_timeout_ms}};
}

void flush(redis::RedisPool& redis) { redis.take()->command({"FLUSHDB"}); }

int kill_clients(redis::RedisPool& redis) {
  auto own = redis.take();
  const auto own_id = "id=" + std::to_string(own->command({"CLIENT", "ID"}).integer()) + " ";
  std::istringstream clients{std::string(own->command({"CLIENT", "LIST"}).text())};
  int killed = 0;
  for (std::string line; std::getline(clients, line);) {
    if (line.starts_with(own_id) || line.find(" db=1 ") == std::string::npos) continue;
    const auto id = line.substr(3, line.find(' ') - 3);
    killed += static_cast<int>(own->command({"CLIENT", "KILL", "ID", id}).integer());
  }
  return killed;
}

Config settings_of_stores() {
  Config config;
  config.database_url = stores().database.url();
  config.queue_redis_url = stores().queue_url;
  config.cache_redis_url = stores().cache_url;
  config.statement_timeout_ms = 5'000;
  config.db_connections = config.shards = config.argon2_jobs = 1;
  return config;
}

}  // namespace ticketd::tests
