#include "redis/server_facts.h"

#include <charconv>

namespace ticketd::redis {
namespace {

constexpr const char* kSettings[] = {
    "appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory", "maxmemory-policy", "maxclients", "dir"};

std::int64_t number_in(std::string_view text) {
  std::int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

// Lines of "field:value", and "# Section" between them.
std::map<std::string, std::string> parse_info(std::string_view text) {
  std::map<std::string, std::string> fields;
  while (!text.empty()) {
    const auto end = text.find("\r\n");
    const auto line = text.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos) fields.emplace(line.substr(0, colon), line.substr(colon + 1));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
  }
  return fields;
}

}  // namespace

std::string ServerFacts::text(const std::string& field) const {
  const auto found = info.find(field);
  return found == info.end() ? "" : found->second;
}
std::int64_t ServerFacts::number(const std::string& field) const { return number_in(info, field); }
std::optional<std::string> ServerFacts::setting(const std::string& name) const {
  const auto found = settings.find(name);
  return found == settings.end() ? std::nullopt : std::optional(found->second);
}
std::string ServerFacts::version() const {
  const auto valkey = text("valkey_version");
  return valkey.empty() ? text("redis_version") : "Valkey " + valkey;
}
int ServerFacts::major_version() const { return static_cast<int>(number("redis_version")); }

std::map<std::string, std::string> read_info(RedisConnection& redis, const std::string& section) {
  return parse_info(redis.command({"INFO", section}).text());
}

std::int64_t number_in(const std::map<std::string, std::string>& info, const std::string& field) {
  const auto found = info.find(field);
  return found == info.end() ? 0 : number_in(found->second);
}

ServerFacts read_server_facts(RedisConnection& redis) {
  ServerFacts facts;
  facts.info = read_info(redis);
  const auto time = redis.command({"TIME"});
  facts.now_ms = number_in(time.at(0).text()) * 1000 + number_in(time.at(1).text()) / 1000;
  try {
    for (const auto* name : kSettings) {
      const auto reply = redis.command({"CONFIG", "GET", name});
      if (reply.size() == 2) facts.settings.emplace(reply.at(0).text(), reply.at(1).text());
    }
  } catch (const RedisError&) {  // NOPERM, or CONFIG was renamed away
  }
  return facts;
}

}  // namespace ticketd::redis
