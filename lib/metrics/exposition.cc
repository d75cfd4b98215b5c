#include "metrics/exposition.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <tuple>

namespace ticketd {
namespace {

enum class Part { whole, bucket, sum };

// A sample, taken apart for its place in the text.
struct Row {
  std::string metric;  // that of a histogram goes without the ending of its parts
  std::string labels;  // in braces, without le
  Part part = Part::whole;
  double bound = 0;
  std::string series;
  std::int64_t value = 0;
};

bool cut(std::string& text, std::string_view ending) {
  if (!text.ends_with(ending)) return false;
  text.resize(text.size() - ending.size());
  return true;
}

// Takes `le="…"`, the last label, out of the labels.
double take_bound(std::string& labels) {
  const auto le = labels.find("le=\"");
  const auto text = labels.substr(le + 4, labels.find('"', le + 4) - le - 4);
  labels.erase(le > 0 && labels[le - 1] == ',' ? le - 1 : le);
  labels = labels == "{" ? "" : labels + '}';
  return text == "+Inf" ? HUGE_VAL : std::strtod(text.c_str(), nullptr);
}

Row row_of(Sample&& sample) {
  Row row;
  const auto brace = std::min(sample.series.find('{'), sample.series.size());
  row.metric = sample.series.substr(0, brace);
  row.labels = sample.series.substr(brace);
  row.series = std::move(sample.series);
  row.value = sample.value;
  if (cut(row.metric, "_bucket")) {
    row.part = Part::bucket;
    row.bound = take_bound(row.labels);
  } else if (cut(row.metric, "_sum")) {
    row.part = Part::sum;
  }
  return row;
}

// Of sorted rows: a series that several parts have counted becomes one, with the sum; of a time, the latest.
void merge(std::vector<Row>& rows) {
  std::size_t last = 0;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].series != rows[last].series) {
      if (++last != i) rows[last] = std::move(rows[i]);
    } else if (rows[i].metric == kStartTime) {
      rows[last].value = std::max(rows[last].value, rows[i].value);
    } else {
      rows[last].value += rows[i].value;
    }
  }
  if (!rows.empty()) rows.resize(last + 1);
}

const char* type_of(const Row& row) {
  if (row.part != Part::whole) return "histogram";
  return row.metric.ends_with("_total") ? "counter" : "gauge";
}

std::string text_of(const Row& row) {
  const bool us = row.metric.ends_with("_seconds") || row.metric.ends_with("_seconds_total");
  return us ? seconds_text(row.value) : std::to_string(row.value);
}

}  // namespace

bool is_series(std::string_view text) {
  const auto brace = std::min(text.find('{'), text.size());
  const auto metric = text.substr(0, brace), labels = text.substr(brace);
  if (metric.empty() || metric.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string_view::npos)
    return false;
  if (!std::ranges::all_of(labels, [](char c) { return c >= ' ' && c <= '~'; })) return false;
  if (!labels.empty() && !labels.ends_with('}')) return false;
  if (!metric.ends_with("_bucket")) return true;
  const auto le = labels.rfind("le=\"");
  if (le == std::string_view::npos) return false;
  const auto bound = labels.substr(le + 4);
  return bound == "+Inf\"}" || bound.find_first_not_of("0123456789.") == bound.size() - 2;
}

std::string seconds_text(std::int64_t us) {
  auto text = std::to_string(us / 1'000'000);
  const auto rest = us % 1'000'000;
  if (rest == 0) return text;
  auto digits = std::to_string(1'000'000 + (rest < 0 ? -rest : rest)).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return text + '.' + digits;
}

std::string exposition(std::vector<Sample> samples) {
  std::vector<Row> rows;
  rows.reserve(samples.size());
  for (auto& sample : samples) rows.push_back(row_of(std::move(sample)));
  const auto place = [](const Row& row) { return std::tie(row.metric, row.labels, row.part, row.bound); };
  std::sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return place(a) < place(b); });
  merge(rows);
  std::string text;
  std::string metric;
  std::int64_t running = 0;
  for (const auto& row : rows) {
    if (row.value == 0 && row.metric == kStartTime) continue;
    if (row.metric != metric) {
      metric = row.metric;
      if (const auto help = help_of(metric); !help.empty())
        text.append("# HELP ").append(metric).append(1, ' ').append(help).append(1, '\n');
      text.append("# TYPE ").append(metric).append(1, ' ').append(type_of(row)).append(1, '\n');
    }
    if (row.part == Part::bucket) running += row.value;
    text.append(row.series).append(1, ' ');
    text += row.part == Part::bucket ? std::to_string(running) : text_of(row);
    text += '\n';
    if (row.part != Part::sum) continue;
    text.append(row.metric).append("_count").append(row.labels).append(1, ' ').append(std::to_string(running)) += '\n';
    running = 0;
  }
  return text;
}

}  // namespace ticketd
