// Metrics exact across all processes of a host: one file, mapped by every process, of atomic 64-bit numbers.
//
// Layout: a Header, then kMaxSeries slots of 192 bytes: the series' whole name with labels, NUL-terminated, and its
// value. Slots are only ever added, under flock(2); a slot is published by raising Header::used after its name is
// written. Counters outlive the processes that add to them, so an idle exit loses nothing. Series whose name ends in
// `_seconds` or `_seconds_sum` hold microseconds, and are shown in seconds.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ticketd {

using Cell = std::atomic<std::int64_t>;

// Latency, cumulative buckets as Prometheus wants them.
class Histogram {
 public:
  void observe_us(std::int64_t us);

 private:
  friend class Metrics;
  std::vector<std::pair<std::int64_t, Cell*>> buckets_;  // upper bound in microseconds
  Cell* sum_us_ = nullptr;
  Cell* count_ = nullptr;
};

class Metrics {
 public:
  // Maps the file at `path`, making it if need be; with an empty path, or where the file cannot be had (said in the
  // log), memory of this process alone. Numbers are never worth refusing service for, so this does not throw.
  explicit Metrics(const std::string& path);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The cell of a series such as `ticketd_http_requests_total{route="events-book",status="202"}`, made at first use.
  // Valid as long as this object. With all slots taken: one cell that is shown nowhere. Thread-safe.
  Cell& series(std::string_view name);

  // `labels` without braces, may be empty.
  Histogram histogram(const std::string& name, const std::string& labels);

  // Prometheus text format 0.0.4, sorted by series.
  [[nodiscard]] std::string render() const;

 private:
  struct Slot {
    std::array<char, 184> name;
    Cell value;
  };
  struct Header {
    std::atomic<std::uint64_t> used;
    std::array<char, 56> pad;
  };
  static constexpr std::size_t kMaxSeries = 4096;
  static constexpr std::size_t kBytes = sizeof(Header) + kMaxSeries * sizeof(Slot);

  [[nodiscard]] Slot* slots() const { return reinterpret_cast<Slot*>(header_ + 1); }
  Cell& find_or_add(std::string_view name);

  int fd_ = -1;
  Header* header_ = nullptr;
  Cell lost_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Cell*> known_;
};

}  // namespace ticketd
