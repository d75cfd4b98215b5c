// What a Redis server says about itself: for `ticketctl doctor` and `ticketctl status`.
#pragma once
#include <map>
#include <optional>
#include <string>

#include "redis/redis.h"

namespace ticketd::redis {

struct ServerFacts {
  std::map<std::string, std::string> info;      // fields of INFO
  std::map<std::string, std::string> settings;  // of CONFIG GET; empty where this user may not ask
  std::int64_t now_ms = 0;                      // by the server's clock

  // Empty and 0 where the server does not know it.
  [[nodiscard]] std::string text(const std::string& field) const;
  [[nodiscard]] std::int64_t number(const std::string& field) const;
  // Empty: it could not be asked.
  [[nodiscard]] std::optional<std::string> setting(const std::string& name) const;
  // The first number of the version: 7.
  [[nodiscard]] int major_version() const;
};

// Throws RedisUnavailable, and RedisError where this user may not even ask INFO.
ServerFacts read_server_facts(Connection& redis);

}  // namespace ticketd::redis
