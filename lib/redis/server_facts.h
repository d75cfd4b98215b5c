// What a Redis server says about itself: for `ticketctl doctor`, `ticketctl status` and /metrics.
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
  // 7.0.15, or Valkey 8.1.1.
  [[nodiscard]] std::string version() const;
  // The first number of the version of Redis; a Valkey says that it is as good as Redis 7.
  [[nodiscard]] int major_version() const;
};

// The fields of INFO, or of one section of it. Throws RedisUnavailable, and RedisError where this user may not ask.
std::map<std::string, std::string> read_info(RedisConnection& redis, const std::string& section = "default");

// A field as a number; 0 where it is none or is not there.
std::int64_t number_in(const std::map<std::string, std::string>& info, const std::string& field);

// Throws as read_info().
ServerFacts read_server_facts(RedisConnection& redis);

}  // namespace ticketd::redis
