#include "metrics/traffic.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace ticketd {
namespace {

constexpr std::string_view kRequests = "ticketd_http_requests_total{";
constexpr std::string_view kBucket = "ticketd_http_request_duration_seconds_bucket{";

using Buckets = std::map<double, double>;  // upper bound in s -> requests up to it

std::string label_of(const std::string& series, const std::string& label) {
  const auto start = series.find(label + "=\"");
  if (start == std::string::npos) return "";
  const auto value = start + label.size() + 2;
  return series.substr(value, series.find('"', value) - value);
}

double bound_of(const std::string& series) {
  const auto bound = label_of(series, "le");
  return bound == "+Inf" ? HUGE_VAL : std::strtod(bound.c_str(), nullptr);
}

double growth(const Series& before, const std::string& series, double value) {
  const auto found = before.find(series);
  return found == before.end() || found->second > value ? value : value - found->second;
}

// As Prometheus' histogram_quantile(): evenly spread within a bucket; the last bound for what lies above it.
std::optional<double> quantile(const Buckets& buckets, double q) {
  if (buckets.empty() || buckets.rbegin()->second <= 0) return std::nullopt;
  const double rank = q * buckets.rbegin()->second;
  double bound_below = 0, count_below = 0;
  for (const auto& [bound, count] : buckets) {
    if (count >= rank && count > count_below) {
      if (std::isinf(bound)) return bound_below;
      return bound_below + (bound - bound_below) * (rank - count_below) / (count - count_below);
    }
    bound_below = bound;
    count_below = count;
  }
  return bound_below;
}

}  // namespace

Series parse_exposition(std::string_view text) {
  Series series;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const auto space = line.rfind(' ');
    if (line.starts_with('#') || space == std::string_view::npos) continue;
    series[std::string(line.substr(0, space))] = std::strtod(std::string(line.substr(space + 1)).c_str(), nullptr);
  }
  return series;
}

std::vector<RouteTraffic> traffic_between(const Series& before, const Series& after) {
  std::map<std::string, RouteTraffic> routes;
  std::map<std::string, Buckets> buckets;
  for (const auto& [name, value] : after) {
    if (name.starts_with(kRequests)) {
      const auto count = growth(before, name, value);
      const auto status = label_of(name, "status");
      auto& route = routes[label_of(name, "route")];
      route.requests += count;
      if (!status.empty() && status[0] >= '1' && status[0] <= '5')
        route.by_class[static_cast<std::size_t>(status[0] - '1')] += count;
    } else if (name.starts_with(kBucket)) {
      buckets[label_of(name, "route")][bound_of(name)] = growth(before, name, value);
    }
  }
  std::vector<RouteTraffic> list;
  for (auto& [name, route] : routes) {
    route.route = name;
    route.p50_s = quantile(buckets[name], 0.5);
    route.p99_s = quantile(buckets[name], 0.99);
    list.push_back(route);
  }
  return list;
}

std::optional<double> quantile_between(const Series& before, const Series& after, const std::string& metric, double q) {
  Buckets buckets;
  for (const auto& [name, value] : after) {
    if (name.starts_with(metric + "_bucket{")) buckets[bound_of(name)] += growth(before, name, value);
  }
  return quantile(buckets, q);
}

double total_of(const Series& series, const std::string& metric) {
  double sum = 0;
  for (const auto& [name, value] : series) {
    if (name == metric || name.starts_with(metric + "{")) sum += value;
  }
  return sum;
}

}  // namespace ticketd
