#include "endpoint/serve.h"

#include <sodium.h>

#include "endpoint/edge.h"
#include "fcgi/server.h"

namespace ticketd {
namespace {

int run(const char* name, Limit limit, OpenHandler open, SignedInHandler signed_in) {
  fcgi::prepare_signals();
  if (sodium_init() < 0) return EXIT_FAILURE;
  auto config = config_or_exit(Part::api, name);
  Log::open(name, config.log_level);
  const auto metrics_file = config.metrics_file;
  try {
    App app(std::move(config), name);
    app.metrics.record_start(name, now_us());
    Edge edge(app, name, limit, open, signed_in);
    const auto threads = limit == Limit::booking ? app.config.booking_threads : app.config.threads;
    fcgi::serve({0, threads, app.config.idle_exit_s}, [&](const Request& request) { return edge.handle(request); });
    return EXIT_SUCCESS;
  } catch (const std::exception& e) {
    Log::error("cannot_serve", {{"error", e.what()}});
    Metrics(metrics_file).count_start_failure(name);
    return EXIT_FAILURE;
  }
}

}  // namespace

int serve(const char* name, Limit limit, OpenHandler handler) { return run(name, limit, handler, nullptr); }
int serve(const char* name, Limit limit, SignedInHandler handler) { return run(name, limit, nullptr, handler); }

}  // namespace ticketd
