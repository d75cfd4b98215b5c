#include "base/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <tuple>

#include "base/log.h"

namespace ticketd {
namespace {

constexpr std::array<std::int64_t, 14> kBucketsUs = {500,       1'000,     2'500,     5'000,     10'000,
                                                     25'000,    50'000,    100'000,   250'000,   500'000,
                                                     1'000'000, 2'500'000, 5'000'000, 10'000'000};

// The shortest text that is exact: 0.0025, 12345.678901.
std::string seconds_text(std::int64_t us) {
  auto text = std::to_string(us / 1'000'000);
  auto rest = us % 1'000'000;
  if (rest == 0) return text;
  auto digits = std::to_string(1'000'000 + (rest < 0 ? -rest : rest)).substr(1);
  digits.erase(digits.find_last_not_of('0') + 1);
  return text + '.' + digits;
}

std::string family_of(const std::string& series) { return series.substr(0, series.find('{')); }

bool in_histogram(std::string_view family) {
  return family.ends_with("_seconds_bucket") || family.ends_with("_seconds_sum") || family.ends_with("_seconds_count");
}

// The metric's name: that of a histogram goes without the ending of its parts.
std::string metric_of(const std::string& series) {
  const auto family = family_of(series);
  return in_histogram(family) ? family.substr(0, family.rfind('_')) : family;
}

// Where a series stands: those of a metric together, the buckets of a histogram by rising bound and before its sum.
std::tuple<std::string, std::string, double, std::string> place_of(const std::string& series) {
  const auto le = series.find("le=\"");
  if (le == std::string::npos) return {metric_of(series), series.substr(family_of(series).size()), HUGE_VAL, series};
  auto labels = series.substr(family_of(series).size());
  const auto bound = series.substr(le + 4, series.find('"', le + 4) - le - 4);
  labels.erase(labels.find("le=\""));
  if (labels.ends_with(',')) labels.back() = '}';
  if (labels == "{") labels.clear();
  return {metric_of(series), labels, bound == "+Inf" ? HUGE_VAL : std::strtod(bound.c_str(), nullptr),
          family_of(series)};
}

const char* type_of(const std::string& family) {
  if (in_histogram(family)) return "histogram";
  return family.ends_with("_total") ? "counter" : "gauge";
}

bool holds_us(const std::string& family) { return family.ends_with("_seconds") || family.ends_with("_seconds_sum"); }

std::string with_labels(const std::string& name, const std::string& labels, const std::string& more = "") {
  const std::string all = labels + (labels.empty() || more.empty() ? "" : ",") + more;
  return all.empty() ? name : name + "{" + all + "}";
}

}  // namespace

void Histogram::observe_us(std::int64_t us) {
  for (const auto& [bound_us, cell] : buckets_) {
    if (us <= bound_us) cell->fetch_add(1, std::memory_order_relaxed);
  }
  sum_us_->fetch_add(us, std::memory_order_relaxed);
  count_->fetch_add(1, std::memory_order_relaxed);
}

Metrics::Metrics(const std::string& path) {
  if (!path.empty()) {
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd_ < 0 || ::ftruncate(fd_, kBytes) != 0) {
      Log::warning("metrics_file_unusable", {{"path", path}, {"error", std::strerror(errno)}});
      if (fd_ >= 0) ::close(fd_);
      fd_ = -1;
    }
  }
  void* memory =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, fd_ < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd_, 0);
  header_ = memory == MAP_FAILED ? nullptr : static_cast<Header*>(memory);
}

Metrics::~Metrics() {
  if (header_ != nullptr) ::munmap(header_, kBytes);
  if (fd_ >= 0) ::close(fd_);
}

Cell& Metrics::series(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto found = known_.find(std::string(name));
  if (found != known_.end()) return *found->second;
  Cell& cell = find_or_add(name);
  known_.emplace(name, &cell);
  return cell;
}

Cell& Metrics::find_or_add(std::string_view name) {
  if (header_ == nullptr || name.size() >= sizeof(Slot::name)) return lost_;
  if (fd_ >= 0) ::flock(fd_, LOCK_EX);
  const auto used = std::min<std::uint64_t>(header_->used.load(std::memory_order_acquire), kMaxSeries);
  Cell* cell = nullptr;
  for (std::size_t i = 0; i < used && cell == nullptr; ++i) {
    if (name == slots()[i].name.data()) cell = &slots()[i].value;
  }
  if (cell == nullptr && used < kMaxSeries) {
    std::copy(name.begin(), name.end(), slots()[used].name.begin());  // the rest of the slot is zero already
    cell = &slots()[used].value;
    header_->used.store(used + 1, std::memory_order_release);
  }
  if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  return cell == nullptr ? lost_ : *cell;
}

Histogram Metrics::histogram(const std::string& name, const std::string& labels) {
  Histogram histogram;
  for (const auto bound_us : kBucketsUs) {
    histogram.buckets_.emplace_back(
        bound_us, &series(with_labels(name + "_bucket", labels, "le=\"" + seconds_text(bound_us) + "\"")));
  }
  histogram.sum_us_ = &series(with_labels(name + "_sum", labels));
  histogram.count_ = &series(with_labels(name + "_count", labels));
  return histogram;
}

std::string Metrics::render() const {
  if (header_ == nullptr) return "";
  std::vector<std::pair<std::string, std::int64_t>> values;
  const auto used = std::min<std::uint64_t>(header_->used.load(std::memory_order_acquire), kMaxSeries);
  for (std::size_t i = 0; i < used; ++i) {
    values.emplace_back(slots()[i].name.data(), slots()[i].value.load(std::memory_order_relaxed));
  }
  // Prometheus asks for the bucket without a bound too, as the last one; it equals the count.
  for (std::size_t i = 0; i < used; ++i) {
    const auto [series, value] = values[i];
    const auto count_at = series.find("_seconds_count");
    if (count_at == std::string::npos) continue;
    const auto brace = series.find('{');
    const auto labels = brace == std::string::npos ? "" : series.substr(brace + 1, series.size() - brace - 2);
    values.emplace_back(with_labels(series.substr(0, count_at) + "_seconds_bucket", labels, "le=\"+Inf\""), value);
  }
  std::sort(values.begin(), values.end(),
            [](const auto& a, const auto& b) { return place_of(a.first) < place_of(b.first); });
  std::string text;
  std::string metric;
  for (const auto& [series, value] : values) {
    if (metric_of(series) != metric) {
      metric = metric_of(series);
      text += "# TYPE " + metric + ' ' + type_of(family_of(series)) + '\n';
    }
    text += series + ' ' + (holds_us(family_of(series)) ? seconds_text(value) : std::to_string(value)) + '\n';
  }
  return text;
}

}  // namespace ticketd
