// Covers: lib/config/config.cc
// Settings, NAME=VALUE a line.
#include <sodium.h>

#include <map>

#include "config/config.h"
#include "fuzz/properties.h"
#include "redis/address.h"

using namespace ticketd;
using fuzz::require;

static void require_usable(const Config& config) {
  require(!config.jwt_keys.empty(), "there is a key to sign with");
  require(!config.session_keys.empty(), "there is a key to make refresh tokens with");
  for (const auto& keys : {config.jwt_keys, config.session_keys})
    for (const auto& key : keys) require(key.secret.size() >= 32 && !key.kid.empty(), "a key has 32 bytes and a name");
  require(config.edge_key.empty() || config.edge_key.size() >= 32, "a key that nginx sends has 32 characters");
  for (const auto& rule : {config.rate_auth, config.rate_booking, config.rate_reads})
    if (rule)
      require(rule->limit >= 1 && rule->window_s >= 1 && rule->window_s <= 86'400, "a rate limit lets some through");
  require(config.threads >= 1 && config.threads <= 256 && config.shards >= 1 && config.shards <= 256,
          "numbers are in bounds");
  require(!config.database_url.empty() && !config.queue_redis_url.empty(), "the stores are named");
  require(redis::Address::parse(config.queue_redis_url).port > 0, "a Redis that passed can be parsed");
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const int sodium = sodium_init();
  require(sodium >= 0, "libsodium starts");
  std::map<std::string, std::string> settings;
  for (auto rest = fuzz::text_of(data, size); !rest.empty();) {
    const auto line = fuzz::take_until(rest, '\n');
    std::string_view value = line;
    auto name = fuzz::take_until(value, '=');
    settings.emplace(std::move(name), value);
  }
  const auto reading = read_config(Part::api, [&](const std::string& name) {
    const auto found = settings.find(name);
    return found == settings.end() ? std::nullopt : std::optional(found->second);
  });
  if (reading.problems.empty()) require_usable(reading.config);
  for (const auto& line : reading.problems) require(line.find(' ') > 0, "a problem names its setting");
  return 0;
}
