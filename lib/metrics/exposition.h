// Prometheus' text format, version 0.0.4.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ticketd {

// A time, which has none to tell as long as it is 0.
constexpr std::string_view kStartTime = "ticketd_process_start_time_seconds";

struct Sample {
  std::string series;  // the name with its labels
  std::int64_t value;  // microseconds where the metric's name ends in _seconds or _seconds_total
};

// The samples as text, those of a metric together under its HELP and TYPE. Of a histogram each bucket comes as what it
// holds alone, `x_bucket{le="…"}` with `+Inf` for the last one, and `x_sum`; it is shown with the running totals, and
// with `x_count`, so that these agree whatever is being added meanwhile. Samples of one series are added up.
std::string exposition(std::vector<Sample> samples);

// metric, metric{labels} or metric_bucket{labels,le="bound"}, in visible ASCII. A name out of a file may be anything.
bool is_series(std::string_view text);

// What a metric of ours means, one line; empty for another.
std::string_view help_of(std::string_view metric);

// The shortest text that is exact: 0.0025, 12345.678901.
std::string seconds_text(std::int64_t us);

}  // namespace ticketd
