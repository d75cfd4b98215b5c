// GET /metrics: Prometheus text format 0.0.4, exact over all processes of this host. nginx lets only loopback in.
#include "endpoint/serve.h"
#include "endpoint/store_gauges.h"
#include "endpoint/version.h"

using namespace ticketd;

static Answer metrics(App& app, const Request&) {
  auto samples = look_at_stores(app.config, app.clock.now());
  for (const auto part : kMetricsParts) {
    if (part == name_of(Part::api)) continue;
    for (auto& sample : Metrics::read(metrics_file_of(app.config.metrics_file, part)))
      samples.push_back(std::move(sample));
  }
  samples.push_back({"ticketd_build_info{version=\"" + std::string(kVersion) + "\"}", 1});
  Reply reply;
  reply.header("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  reply.body = app.metrics.render(std::move(samples));
  return reply;
}

int main() { return serve("metrics", RateClass::none, metrics); }
