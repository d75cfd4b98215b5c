// `ticketctl functions`: what both Redis run for the endpoints and workers, loaded by an admin.
#include <iostream>

#include "auth/functions.h"
#include "base/json_text.h"
#include "queue/functions.h"
#include "ticketctl/arguments.h"
#include "ticketctl/commands.h"
#include "ticketctl/host.h"

namespace ticketd::ctl {
namespace {

constexpr int kRedisTimeoutMs = 2'000;

// What became of the libraries, as lines or as one object.
class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void loaded(const std::string& redis, const std::string& library) { tell("loaded", redis, " has ", library); }
  void dropped(const std::string& redis, const std::string& library) {
    tell("dropped", redis, " has no more ", library);
  }
  void close() const {
    if (json_) std::cout << JsonText::object({{"libraries", rows_}}).str() << '\n';
  }

 private:
  void tell(const char* outcome, const std::string& redis, const char* verb, const std::string& library) {
    rows_.push(JsonText::object({{"redis", redis}, {"library", library}, {"outcome", outcome}}));
    if (!json_) std::cout << "the " << redis << verb << library << '\n';
  }

  const bool json_;
  JsonText rows_ = JsonText::array();
};

// True if it is done.
bool load(const std::string& name, const std::string& url, const redis::Library& library, bool only, Report& report) {
  try {
    redis::RedisConnection redis(url, kRedisTimeoutMs);
    redis::load(redis, library);
    report.loaded(name, library.name());
    if (!only) return true;
    for (const auto& other : redis::drop_others(redis, library)) report.dropped(name, other);
    return true;
  } catch (const std::runtime_error& e) {  // that one is away; the other one may be there
    std::cerr << "ticketctl: the " << name << ": " << e.what() << '\n';
    return false;
  }
}

// `which` of the two; empty: as many as there is an address for.
int load(const std::string& which, bool only, bool json) {
  const auto address = [&](const std::string& name, const char* setting) {
    return which.empty() || which == name ? from_environment(setting) : std::nullopt;
  };
  const auto queue = address("queue", "QUEUE_REDIS_URL"), cache = address("cache", "CACHE_REDIS_URL");
  if (!queue && !cache) {
    std::cerr << "ticketctl functions load: QUEUE_REDIS_URL is not set; on a host with the package: sudo ticketctl "
                 "functions load\n";
    return kExitBadConfig;
  }
  Report report(json);
  bool good = true;
  if (queue) good = load("queue", *queue, queue::functions(), only, report) && good;
  if (cache) good = load("cache", *cache, auth::functions(), only, report) && good;
  report.close();
  return good ? 0 : 1;
}

}  // namespace

int functions(const Options& options) {
  Arguments arguments(options.words);
  const auto what = arguments.next().value_or("");
  const bool only = what == "load" && arguments.flag("--only");
  const auto which = what == "load" ? arguments.next().value_or("") : "";
  const bool known = which.empty() || which == "queue" || which == "cache";
  if (arguments.wrong() || !known || (what == "rdb" && options.json))
    return wrong_usage("functions " + what + " takes " +
                       (what == "load" ? "queue, cache or nothing, and --only" : "nothing"));
  if (what == "rdb") {
    std::cout << auth::functions().rdb();
    return 0;
  }
  if (load_host_settings()) drop_root();
  return load(which, only, options.json);
}

}  // namespace ticketd::ctl
