// Traffic per endpoint, out of one or two looks at the metrics in Prometheus' text form.
#pragma once
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd {

// Series with labels -> value.
using Series = std::map<std::string, double>;
// Lines that are no sample are passed over.
Series parse_exposition(std::string_view text);

struct RouteTraffic {
  std::string route;
  double requests = 0;
  std::array<double, 5> by_class{};  // 1xx to 5xx
  std::optional<double> p50_s;       // empty: no request
  std::optional<double> p99_s;
};

// What happened between the two, route by route in the order of their names; `before` may be empty: since the counting
// began. A counter that fell (the file was made anew) counts from zero. Routes that were never called are left out.
std::vector<RouteTraffic> traffic_between(const Series& before, const Series& after);

// A quantile in seconds of a histogram over all its labels, of what happened between the two; `metric` without _bucket.
// Empty: nothing happened.
std::optional<double> quantile_between(const Series& before, const Series& after, const std::string& metric, double q);

// The sum of all series of a metric.
double total_of(const Series& series, const std::string& metric);

}  // namespace ticketd
