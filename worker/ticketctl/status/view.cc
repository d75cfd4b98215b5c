#include "ticketctl/status/view.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <numeric>

#include "endpoint/version.h"
#include "ticketctl/print.h"

namespace ticketd::ctl {
namespace {

constexpr const char* kCommands = "ticketd_worker_commands_total";
constexpr std::size_t kSessionsShown = 6;
constexpr const char* kLag = "ticketd_worker_lag_seconds";
constexpr const char* kPromotions = "ticketd_worker_promotions_total";

template <class... Args>
std::string format(const char* pattern, Args... args) {
  char text[256];
  static_cast<void>(std::snprintf(text, sizeof text, pattern, args...));
  return text;
}

double seconds_between(const StatusSample& before, const StatusSample& now) {
  return std::max(0.001, std::chrono::duration<double>(now.at - before.at).count());
}

std::string ms_text(const std::optional<double>& s) { return s ? format("%.1f", *s * 1000) : "-"; }

// {0,1,2,5} as "0-2 5"
std::string ranges_of(const std::set<int>& numbers) {
  std::string text;
  for (auto at = numbers.begin(); at != numbers.end();) {
    const int first = *at;
    int last = first;
    while (++at != numbers.end() && *at == last + 1) last = *at;
    text += (text.empty() ? "" : " ") + std::to_string(first) + (last > first ? "-" + std::to_string(last) : "");
  }
  return text;
}

// From acceptance to COMMIT: of what happened since `before`, or since the counting began.
std::optional<double> lag_of(const StatusView& view, double q, bool recent) {
  if (!view.now.metrics.value) return std::nullopt;
  const auto& after = *view.now.metrics.value;
  return quantile_between(recent ? view.before.metrics.value.value_or(after) : Series(), after, kLag, q);
}

// What happened to one counter.
double rate_of(const StatusView& view, const std::string& metric) {
  if (!view.now.metrics.value || !view.before.metrics.value) return 0;
  const auto grown = total_of(*view.now.metrics.value, metric) - total_of(*view.before.metrics.value, metric);
  return std::max(0.0, grown) / seconds_between(view.before, view.now);
}

// Since the counting began, and since `before`; the second has a row wherever the first has one.
struct Traffic {
  std::vector<RouteTraffic> all, recent;
};
Traffic traffic_of(const StatusView& view) {
  if (!view.now.metrics.value) return {};
  const auto& after = *view.now.metrics.value;
  return {traffic_between({}, after), traffic_between(view.before.metrics.value.value_or(after), after)};
}

class Lines {
 public:
  explicit Lines(bool colours) : colours_(colours) {}
  void heading(const std::string& text) {
    if (!lines_.empty()) lines_.emplace_back();
    add(colours_ ? "\033[1m" + text + "\033[0m" : text);
  }
  void add(const std::string& text) { lines_.push_back(text); }
  [[nodiscard]] std::size_t size() const { return lines_.size(); }
  // Something that needs a look.
  void alarm(const std::string& text) { add(colours_ ? "\033[31m" + text + "\033[0m" : text); }
  void add_or_alarm(bool bad, const std::string& text) { bad ? alarm(text) : add(text); }
  std::vector<std::string> take() { return std::move(lines_); }

 private:
  const bool colours_;
  std::vector<std::string> lines_;
};

// The busiest first where there is no room for all of them.
std::vector<std::size_t> shown_of(const Traffic& traffic, std::size_t most) {
  std::vector<std::size_t> routes(traffic.all.size());
  std::iota(routes.begin(), routes.end(), std::size_t{0});
  if (routes.size() <= most) return routes;
  const auto busy = [&](std::size_t i) { return std::pair(traffic.recent[i].requests, traffic.all[i].requests); };
  std::stable_sort(routes.begin(), routes.end(), [&](auto a, auto b) { return busy(a) > busy(b); });
  routes.resize(most == 0 ? 0 : most - 1);  // a line says that there are more
  return routes;
}

void add_traffic(Lines& lines, const StatusView& view, std::optional<std::size_t> rows) {
  lines.heading(format("%-22s %7s %7s %7s  | %8s %6s %6s %7s", "route", "req/s", "p50 ms", "p99 ms", "all", "4xx",
                       "5xx", "p99 ms"));
  if (!view.now.metrics.value) return lines.alarm("  no metrics: " + view.now.metrics.error);
  const auto traffic = traffic_of(view);
  const auto& [all, recent] = traffic;
  const double s = seconds_between(view.before, view.now);
  const auto room = rows ? *rows - std::min(*rows, lines.size()) : all.size();
  const auto shown = shown_of(traffic, room);
  for (const auto i : shown) {
    const auto& route = all[i];
    lines.add_or_alarm(
        recent[i].by_class[4] > 0,
        format("%-22.22s %7.1f %7s %7s  | %8.0f %6.0f %6.0f %7s", route.route.c_str(), recent[i].requests / s,
               ms_text(recent[i].p50_s).c_str(), ms_text(recent[i].p99_s).c_str(), route.requests, route.by_class[3],
               route.by_class[4], ms_text(route.p99_s).c_str()));
  }
  if (shown.size() < all.size() && room > 0)
    lines.add(format("  and %zu routes with less to do", all.size() - shown.size()));
  if (all.empty()) lines.add("  no request yet");
}

void add_queue(Lines& lines, const StatusView& view) {
  lines.heading("queue");
  if (!view.now.queue.value) return lines.alarm("  " + harmless(view.now.queue.error));
  const auto& queue = *view.now.queue.value;
  const auto depth = queue.depth == 0
                         ? std::string("empty")
                         : format("%lld waiting, the oldest for %.1f s", static_cast<long long>(queue.depth),
                                  static_cast<double>(queue.oldest_age_ms) / 1000);
  lines.add_or_alarm(
      queue.oldest_age_ms > 5'000,
      "  " + depth + format("; %.0f/s decided, %.1f/s promoted", rate_of(view, kCommands), rate_of(view, kPromotions)));
}

void add_lag(Lines& lines, const StatusView& view) {
  lines.add("  acceptance to commit: p50 " + ms_text(lag_of(view, 0.5, true)) + " ms, p99 " +
            ms_text(lag_of(view, 0.99, true)) + " ms; of all so far p99 " + ms_text(lag_of(view, 0.99, false)) + " ms");
}

void add_workers(Lines& lines, const StatusView& view) {
  lines.heading("workers");
  if (!view.now.database.value) return lines.alarm("  " + harmless(view.now.database.error));
  const auto& look = *view.now.database.value;
  for (const auto& worker : look.workers) {
    const auto age = worker.connected_at
                         ? " for " + duration_text(std::chrono::floor<seconds>(view.now.time - *worker.connected_at))
                         : "";
    lines.add("  " + harmless(worker.name) + (worker.host.empty() ? "" : " from " + worker.host) + age + ", session " +
              std::to_string(worker.pid) + ": shards " + (worker.shards.empty() ? "none" : ranges_of(worker.shards)));
  }
  if (look.workers.empty()) lines.alarm("  none: what is accepted is not carried out");
  if (look.dead_letters > 0)
    lines.alarm("  " + std::to_string(look.dead_letters) + " dead letters: ticketctl dead list");
}

std::string up_of(const redis::ServerFacts& redis) {
  return redis.version() + ", up " + duration_text(seconds(redis.number("uptime_in_seconds"))) + ", " +
         redis.text("connected_clients") + " of " + redis.text("maxclients") + " clients, " +
         redis.text("used_memory_human") +
         (redis.number("maxmemory") > 0 ? " of " + redis.text("maxmemory_human") : "");
}

void add_stores(Lines& lines, const StatusView& view) {
  lines.heading("stores");
  const auto& [database, database_error] = view.now.database;
  if (database) {
    const auto& server = database->server;
    lines.add("  postgresql   " + server.version + ", up " +
              duration_text(std::chrono::floor<seconds>(server.now - server.started_at)) + ", " +
              std::to_string(server.connections) + " of " + std::to_string(server.max_connections) + " connections");
    std::string sessions;
    for (std::size_t i = 0; i < database->sessions.size() && i < kSessionsShown; ++i)
      sessions += (i == 0 ? "" : ", ") + harmless(database->sessions[i].first) + " " +
                  std::to_string(database->sessions[i].second);
    if (database->sessions.size() > kSessionsShown) sessions += ", …";
    lines.add("               " + sessions);
  } else {
    lines.alarm("  postgresql   " + harmless(database_error));
  }
  if (view.now.queue.value) {
    lines.add("  queue redis  " + up_of(view.now.queue.value->server));
  } else {
    lines.alarm("  queue redis  " + harmless(view.now.queue.error));
  }
  if (view.now.cache.value) {
    lines.add("  cache redis  " + up_of(*view.now.cache.value));
  } else {
    lines.alarm("  cache redis  " + harmless(view.now.cache.error));
  }
}

std::optional<std::int64_t> us_of(const std::optional<double>& s) {
  return s ? std::optional<std::int64_t>(std::llround(*s * 1e6)) : std::nullopt;
}

JsonText json_of(const RouteTraffic& all, const RouteTraffic& recent, double s) {
  const auto count = [](double value) { return static_cast<std::int64_t>(std::llround(value)); };
  auto classes = JsonText::object();
  static constexpr const char* kClasses[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  for (std::size_t i = 0; i < all.by_class.size(); ++i) classes.set(kClasses[i], count(all.by_class[i]));
  return JsonText::object({{"route", all.route},
                           {"requests", count(all.requests)},
                           {"milli_per_s", count(recent.requests / s * 1000)},
                           {"by_class", classes},
                           {"p50_us", us_of(all.p50_s)},
                           {"p99_us", us_of(all.p99_s)},
                           {"recent_p50_us", us_of(recent.p50_s)},
                           {"recent_p99_us", us_of(recent.p99_s)}});
}

JsonText json_of(const redis::ServerFacts& redis) {
  return JsonText::object({{"version", redis.version()},
                           {"up_s", redis.number("uptime_in_seconds")},
                           {"clients", redis.number("connected_clients")},
                           {"maxclients", redis.number("maxclients")},
                           {"used_memory", redis.number("used_memory")},
                           {"maxmemory", redis.number("maxmemory")}});
}

JsonText json_of(const DatabaseLook& look) {
  auto sessions = JsonText::object();
  for (const auto& [name, count] : look.sessions) sessions.set(name.c_str(), count);
  return JsonText::object({{"version", look.server.version},
                           {"schema", look.schema_version},
                           {"up_s", epoch_s(look.server.now) - epoch_s(look.server.started_at)},
                           {"connections", look.server.connections},
                           {"max_connections", look.server.max_connections},
                           {"sessions", sessions}});
}

JsonText json_of(const storage::WorkerSession& worker) {
  auto shards = JsonText::array();
  for (const int shard : worker.shards) shards.push(shard);
  return JsonText::object({{"name", worker.name},
                           {"host", worker.host},
                           {"session", worker.pid},
                           {"connected_at", format_time(worker.connected_at)},
                           {"shards", shards}});
}

JsonText error_of(const std::string& error) { return JsonText::object({{"error", harmless(error)}}); }

}  // namespace

std::vector<std::string> StatusView::lines(bool colours, std::optional<std::size_t> rows) const {
  Lines lines(colours);
  const auto schema = now.database.value ? ", schema " + std::to_string(now.database.value->schema_version) : "";
  lines.heading(std::string("ticketd ") + kVersion + schema + ", " + format_time(now.time));
  lines.add(format("of the last %.0f s; right of | since the counting began", seconds_between(before, now)));
  add_queue(lines, *this);
  add_lag(lines, *this);
  add_workers(lines, *this);
  add_stores(lines, *this);
  add_traffic(lines, *this, rows);
  return lines.take();
}

JsonText StatusView::json() const {
  auto json = JsonText::object({{"version", kVersion}, {"time", format_time(now.time)}});
  auto routes = JsonText::array();
  const auto [all, recent] = traffic_of(*this);
  for (std::size_t i = 0; i < all.size(); ++i) routes.push(json_of(all[i], recent[i], seconds_between(before, now)));
  json.set("metrics", now.metrics.value ? JsonText::object({{"routes", routes}}) : error_of(now.metrics.error));
  json.set("lag", JsonText::object({{"p50_us", us_of(lag_of(*this, 0.5, false))},
                                    {"p99_us", us_of(lag_of(*this, 0.99, false))},
                                    {"recent_p50_us", us_of(lag_of(*this, 0.5, true))},
                                    {"recent_p99_us", us_of(lag_of(*this, 0.99, true))}}));
  if (now.queue.value) {
    const auto& queue = *now.queue.value;
    json.set("queue",
             JsonText::object({{"depth", queue.depth}, {"oldest_ms", queue.oldest_age_ms}, {"shards", queue.shards}}));
    json.set("queue_redis", json_of(queue.server));
  } else {
    json.set("queue", error_of(now.queue.error)).set("queue_redis", error_of(now.queue.error));
  }
  json.set("cache_redis", now.cache.value ? json_of(*now.cache.value) : error_of(now.cache.error));
  if (!now.database.value) {
    for (const auto* part : {"database", "workers", "dead_letters"}) json.set(part, error_of(now.database.error));
    return json;
  }
  auto workers = JsonText::array();
  for (const auto& worker : now.database.value->workers) workers.push(json_of(worker));
  return json.set("database", json_of(*now.database.value))
      .set("workers", workers)
      .set("dead_letters", now.database.value->dead_letters);
}

}  // namespace ticketd::ctl
