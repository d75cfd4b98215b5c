#include "endpoint/serve.h"

#include <sodium.h>

#include "endpoint/edge.h"
#include "fcgi/server.h"

namespace ticketd {
namespace {

// Whoever waits for a turn to hash asks for nothing else meanwhile; whoever is refused asks again at once. So there are
// as many as the unit's TasksMax leaves room for.
constexpr int kHashingThreads = 60;

int threads_of(WaitsFor waits_for, const Config& config) {
  switch (waits_for) {
    case WaitsFor::database: return config.threads;
    case WaitsFor::queue: return config.booking_threads;
    case WaitsFor::hashing: return kHashingThreads;
  }
  return config.threads;
}

int run(const char* name, RateClass rate_class, Handler handler, WaitsFor waits_for, std::size_t body_limit) {
  fcgi::prepare_signals();
  if (sodium_init() < 0) return EXIT_FAILURE;
  auto config = config_or_exit(Part::api, name);
  Log::open(name, config.log_level);
  const auto metrics_file = metrics_file_of(config.metrics_file, "api");
  const int threads = threads_of(waits_for, config);
  try {
    App app(std::move(config), name, threads);
    app.metrics.record_start(name, now_us());
    Edge edge(app, name, rate_class, handler);
    fcgi::serve({0, threads, app.config.idle_exit_s, body_limit, app.config.edge_key},
                [&](const Request& request) { return edge.handle(request); });
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    Log::error("cannot_serve", {{"error", e.what()}});
    Metrics(metrics_file).count_start_failure(name);
    return EXIT_FAILURE;
  }
}

}  // namespace

int serve(const char* name, RateClass rate_class, OpenHandler handler, WaitsFor waits_for) {
  return run(name, rate_class, handler, waits_for, http::kMaxBodyBytes);
}

int serve(const char* name, RateClass rate_class, SignedInHandler handler, WaitsFor waits_for, std::size_t body_limit) {
  return run(name, rate_class, handler, waits_for, body_limit);
}

int serve(const char* name, RateClass rate_class, ReadHandler handler) {
  return run(name, rate_class, handler, WaitsFor::database, http::kMaxBodyBytes);
}

}  // namespace ticketd
