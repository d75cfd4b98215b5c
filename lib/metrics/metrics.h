// Metrics exact across all processes of a host: a file for each part of ticketd, mapped by every process of that part,
// of atomic 64-bit numbers. No part writes another one's file, or maps it: whoever took over one part could truncate
// what the other has mapped, which would kill it. To be shown, the others' are read like any file.
//
// Layout: a Header; kMaxSeries slots of 192 bytes: a series' whole name with labels, NUL-terminated, and its value;
// kMaxProcesses places for the gauges of one process each. Slots are only ever added, under flock(2); a slot is
// published by raising Header::used after its name is written. A file of another layout is replaced. Who may read a
// file may lock it: so nobody waits for that lock without end.
//
// Counters outlive the processes that add to them, so an idle exit loses nothing. A gauge says how things are in one
// process, so it must go with it, however it ends: a process holds its place by a lock on one byte of the file
// (F_OFD_SETLK in fcntl(2)), which the kernel takes back at the process's end; what is shown is the sum over the places
// that are held.
//
// Series whose name ends in `_seconds`, `_seconds_total` or `_seconds_sum` hold microseconds, and are shown in seconds.
#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "metrics/exposition.h"

namespace ticketd {

using Cell = std::atomic<std::int64_t>;

// Upper bounds in microseconds, of how long a request or a transaction takes and of how long a command waits.
constexpr std::array<std::int64_t, 14> kLatencyBounds = {500,       1'000,     2'500,     5'000,     10'000,
                                                         25'000,    50'000,    100'000,   250'000,   500'000,
                                                         1'000'000, 2'500'000, 5'000'000, 10'000'000};
constexpr std::array<std::int64_t, 12> kLagBounds = {5'000,     10'000,     25'000,     50'000,
                                                     100'000,   250'000,    500'000,    1'000'000,
                                                     5'000'000, 10'000'000, 60'000'000, 300'000'000};

class Histogram {
 public:
  // Adds to one bucket and to the sum. Thread-safe.
  void observe(std::int64_t value);

 private:
  friend class Metrics;
  std::vector<std::int64_t> bounds_;
  std::vector<Cell*> buckets_;  // one more than bounds
  Cell* sum_ = nullptr;
};

// The parts that count.
constexpr std::array<std::string_view, 4> kMetricsParts = {"api", "worker", "messenger", "webhooks"};

// The file of a part, beside TICKETD_METRICS_FILE: …/metrics-api. Empty if `setting` is.
std::string metrics_file_of(const std::string& setting, std::string_view part);

class Metrics {
 public:
  // Maps the file at `path`, making it if need be; with an empty path, or where the file cannot be had (said in the
  // log), memory of this process alone. Numbers are never worth refusing service for, so this does not throw.
  explicit Metrics(const std::string& path);
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The cell of a counter such as `ticketd_http_requests_total{route="events-book",status="202"}`, made at first use.
  // A look-up by name takes a lock: on a busy path keep the cell. Valid as long as this object. With all slots taken:
  // one cell that is shown nowhere. Thread-safe.
  Cell& series(std::string_view name);

  // The same for a gauge: what it holds counts as long as this object, and its process, live.
  Cell& gauge(std::string_view name);

  // `labels` without braces, may be empty. `bounds` rise; microseconds where the name ends in _seconds.
  Histogram histogram(const std::string& name, const std::string& labels, std::span<const std::int64_t> bounds);

  // Says that this process runs, under its name, since now (in microseconds since 1970), and counts its start.
  void record_start(const std::string& process, std::int64_t now_us);

  // A start that came to nothing.
  void count_start_failure(const std::string& process);

  // Everything, and `more` that was not counted but looked at, or was counted by another part; see exposition().
  [[nodiscard]] std::string render(std::vector<Sample> more = {}) const;

  // What another part has counted by now, in its file. Empty if there is none that can be read.
  [[nodiscard]] static std::vector<Sample> read(const std::string& path);

 private:
  struct Slot {
    std::array<char, 184> name;
    Cell value;
    // Whoever maps the file may write what it likes: perhaps there is no NUL.
    [[nodiscard]] std::string_view text() const { return {name.data(), ::strnlen(name.data(), name.size())}; }
  };
  struct Header {
    std::atomic<std::uint64_t> layout;
    std::atomic<std::uint64_t> used;
    std::array<char, 48> pad;
  };
  struct Gauge {
    std::atomic<std::uint64_t> slot_after;  // the slot's index plus one; 0: this gauge is free
    Cell value;
  };
  using Place = std::array<Gauge, 32>;
  static constexpr std::uint64_t kLayout = 0x74'6b'74'64'00'00'00'02;  // "tktd", 2
  static constexpr std::size_t kMaxSeries = 4096;
  static constexpr std::size_t kMaxProcesses = 256;
  static constexpr std::size_t kBytes = sizeof(Header) + kMaxSeries * sizeof(Slot) + kMaxProcesses * sizeof(Place);
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  [[nodiscard]] Slot* slots() const { return reinterpret_cast<Slot*>(header_ + 1); }
  [[nodiscard]] Place* places() const { return reinterpret_cast<Place*>(slots() + kMaxSeries); }
  static std::vector<Sample> samples_of(const Header* header, int fd, const Place* own);
  bool open_file(const std::string& path);
  bool lock_file();
  void take_place();
  Cell& gauge_of(std::size_t slot);
  std::size_t find_or_add(std::string_view name);

  int fd_ = -1;
  Header* header_ = nullptr;
  Place* place_ = nullptr;   // of this process
  bool is_blocked_ = false;  // somebody has held the file's lock for longer than we wait
  Cell lost_{0};
  std::mutex mutex_;
  std::unordered_map<std::string, Cell*> known_;
};

// The cells of one metric by a small number, such as a status or an enum's value: each is looked up by name once.
template <std::size_t N>
class Cells {
 public:
  // `name_of` makes the series' name, when it is needed. Thread-safe.
  template <class NameOf>
  Cell& at(Metrics& metrics, std::size_t index, NameOf&& name_of) {
    auto* cell = cells_.at(index).load(std::memory_order_acquire);
    if (cell != nullptr) return *cell;
    cell = &metrics.series(name_of());
    cells_[index].store(cell, std::memory_order_release);
    return *cell;
  }

 private:
  std::array<std::atomic<Cell*>, N> cells_{};
};

// A cell that is shown nowhere, for what need not be counted.
inline Cell& unshown() {
  static Cell cell{0};
  return cell;
}

// What a pool of connections tells about itself.
struct PoolMeter {
  Cell& in_use = unshown();
  Cell& idle = unshown();
  Cell& waits = unshown();    // for a connection to come back
  Cell& wait_us = unshown();  // all of these waits together
};

}  // namespace ticketd
