#include "metrics/metrics.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <iterator>
#include <thread>

#include "base/log.h"

namespace ticketd {
namespace {

constexpr std::size_t kNone = ~std::size_t{0};

std::string with_labels(const std::string& name, const std::string& labels, const std::string& more = "") {
  const std::string all = labels + (labels.empty() || more.empty() ? "" : ",") + more;
  return all.empty() ? name : name + "{" + all + "}";
}

struct flock byte_of(std::size_t place, std::size_t first) {
  struct flock byte{};
  byte.l_type = F_WRLCK;
  byte.l_whence = SEEK_SET;
  byte.l_start = static_cast<off_t>(first + place);  // a lock may lie behind the file's end
  byte.l_len = 1;
  return byte;
}

// Does somebody have this byte of the file locked?
bool is_locked(int fd, std::size_t place, std::size_t first) {
  if (fd < 0) return false;
  auto byte = byte_of(place, first);
  return ::fcntl(fd, F_OFD_GETLK, &byte) == 0 && byte.l_type != F_UNLCK;
}

// The file that `path` names now, and not one that was replaced since it was opened.
bool still_named(int fd, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return ::fstat(fd, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

std::string metrics_file_of(const std::string& setting, std::string_view part) {
  return setting.empty() ? "" : setting + '-' + std::string(part);
}

void Histogram::observe(std::int64_t value) {
  const auto bucket = std::lower_bound(bounds_.begin(), bounds_.end(), value) - bounds_.begin();
  buckets_[static_cast<std::size_t>(bucket)]->fetch_add(1, std::memory_order_relaxed);
  sum_->fetch_add(value, std::memory_order_relaxed);
}

Metrics::Metrics(const std::string& path) {
  if (!path.empty() && !open_file(path)) {
    Log::warning("metrics_file_unusable", {{"path", path}, {"error", std::strerror(errno)}});
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  void* memory =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, fd_ < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd_, 0);
  if (memory == MAP_FAILED) return;
  header_ = static_cast<Header*>(memory);
  take_place();
}

Metrics::~Metrics() {
  if (header_ != nullptr) ::munmap(header_, kBytes);
  if (fd_ >= 0) ::close(fd_);
}

bool Metrics::open_file(const std::string& path) {
  for (;;) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0640);
    struct stat file{};
    if (fd_ < 0 || !lock_file() || ::fstat(fd_, &file) != 0) return false;
    if (!still_named(fd_, path)) continue;
    std::uint64_t layout = kLayout;
    if (file.st_size == 0) {
      if (::ftruncate(fd_, kBytes) != 0 || ::pwrite(fd_, &layout, sizeof layout, 0) != sizeof layout) return false;
    } else if (file.st_size != kBytes || ::pread(fd_, &layout, sizeof layout, 0) != sizeof layout ||
               layout != kLayout) {
      // Of another version. Its processes go on with what they have mapped, until they are replaced as well.
      if (::unlink(path.c_str()) != 0) return false;
      continue;
    }
    return ::flock(fd_, LOCK_UN) == 0;
  }
}

void Metrics::take_place() {
  std::size_t place = 0;
  for (; fd_ >= 0 && place < kMaxProcesses; ++place) {
    auto byte = byte_of(place, kBytes);
    if (::fcntl(fd_, F_OFD_SETLK, &byte) == 0) break;
  }
  if (place == kMaxProcesses) return;
  place_ = &places()[place];
  for (auto& gauge : *place_) {  // what the one before left
    gauge.slot_after = 0;
    gauge.value = 0;
  }
}

// False, with errno EWOULDBLOCK, if somebody keeps it: whoever does so holds it for microseconds, unless to do harm.
bool Metrics::lock_file() {
  constexpr std::chrono::milliseconds kPause{1};
  constexpr int kTries = 200;
  for (int tries = is_blocked_ ? 1 : kTries; tries > 0; --tries) {
    if (::flock(fd_, LOCK_EX | LOCK_NB) == 0) {
      is_blocked_ = false;
      return true;
    }
    if (errno != EWOULDBLOCK && errno != EINTR) return false;
    if (tries > 1) std::this_thread::sleep_for(kPause);
  }
  is_blocked_ = true;
  errno = EWOULDBLOCK;
  return false;
}

Cell& Metrics::series(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto [known, is_new] = known_.emplace(name, &lost_);
  if (!is_new) return *known->second;
  if (const auto slot = find_or_add(name); slot != kNone) known->second = &slots()[slot].value;
  return *known->second;
}

Cell& Metrics::gauge(std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto slot = find_or_add(name);
  return slot == kNone || place_ == nullptr ? lost_ : gauge_of(slot);
}

Cell& Metrics::gauge_of(std::size_t slot) {
  for (auto& gauge : *place_) {
    if (gauge.slot_after == 0) gauge.slot_after = slot + 1;
    if (gauge.slot_after == slot + 1) return gauge.value;
  }
  return lost_;
}

std::size_t Metrics::find_or_add(std::string_view name) {
  if (header_ == nullptr || name.size() >= sizeof(Slot::name)) return kNone;
  if (fd_ >= 0 && !lock_file()) return kNone;
  const auto end = std::min<std::size_t>(header_->used.load(std::memory_order_acquire), kMaxSeries);
  std::size_t slot = 0;
  while (slot < end && name != slots()[slot].text()) ++slot;
  if (slot == end && end < kMaxSeries) {
    auto& text = slots()[end].name;
    text.fill('\0');  // a process may have died here
    std::copy(name.begin(), name.end(), text.begin());
    header_->used.store(end + 1, std::memory_order_release);
  }
  if (fd_ >= 0) ::flock(fd_, LOCK_UN);
  return slot == kMaxSeries ? kNone : slot;
}

Histogram Metrics::histogram(const std::string& name, const std::string& labels, std::span<const std::int64_t> bounds) {
  Histogram histogram;
  histogram.bounds_.assign(bounds.begin(), bounds.end());
  const auto bucket = [&](const std::string& bound) {
    histogram.buckets_.push_back(&series(with_labels(name + "_bucket", labels, "le=\"" + bound + "\"")));
  };
  for (const auto bound : bounds) bucket(name.ends_with("_seconds") ? seconds_text(bound) : std::to_string(bound));
  bucket("+Inf");
  histogram.sum_ = &series(with_labels(name + "_sum", labels));
  return histogram;
}

void Metrics::record_start(const std::string& process, std::int64_t now_us) {
  const auto label = "process=\"" + process + "\"";
  series(with_labels("ticketd_process_starts_total", label)).fetch_add(1);
  series(with_labels("ticketd_process_start_failures_total", label));
  gauge(with_labels("ticketd_process_start_time_seconds", label)) = now_us;
  gauge(with_labels("ticketd_processes", label)) = 1;
}

void Metrics::count_start_failure(const std::string& process) {
  series("ticketd_process_start_failures_total{process=\"" + process + "\"}").fetch_add(1);
}

// `fd`: of the file whose locks tell which processes live. `own`: this process's place, which has no lock for itself.
// Another part's file may hold anything.
std::vector<Sample> Metrics::samples_of(const Header* header, int fd, const Place* own) {
  const auto used = std::min<std::size_t>(header->used.load(std::memory_order_acquire), kMaxSeries);
  const auto* slots = reinterpret_cast<const Slot*>(header + 1);
  const auto* places = reinterpret_cast<const Place*>(slots + kMaxSeries);
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < used; ++i)
    samples.push_back({std::string(slots[i].text()), slots[i].value.load(std::memory_order_relaxed)});
  for (std::size_t p = 0; p < kMaxProcesses; ++p) {
    if (places[p][0].slot_after == 0 || !(&places[p] == own || is_locked(fd, p, kBytes))) continue;
    for (const auto& gauge : places[p]) {
      const auto slot = gauge.slot_after.load();
      if (slot == 0 || slot > samples.size()) continue;
      auto& sample = samples[slot - 1];
      const auto value = gauge.value.load(std::memory_order_relaxed);
      // Two of one name at once, in a handover: the newer one's time, but the sum of all else.
      sample.value = sample.series.starts_with(kStartTime) ? std::max(sample.value, value) : sample.value + value;
    }
  }
  std::erase_if(samples, [](const Sample& sample) { return !is_series(sample.series); });
  return samples;
}

std::string Metrics::render(std::vector<Sample> more) const {
  if (header_ == nullptr) return exposition(std::move(more));
  auto samples = samples_of(header_, fd_, place_);
  std::move(more.begin(), more.end(), std::back_inserter(samples));
  return exposition(std::move(samples));
}

std::vector<Sample> Metrics::read(const std::string& path) {
  const int fd = path.empty() ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return {};
  std::vector<std::uint64_t> copy(kBytes / sizeof(std::uint64_t));  // aligned as the file is
  const auto* header = reinterpret_cast<const Header*>(copy.data());
  std::vector<Sample> samples;
  if (::pread(fd, copy.data(), kBytes, 0) == static_cast<ssize_t>(kBytes) && header->layout == kLayout)
    samples = samples_of(header, fd, nullptr);
  ::close(fd);
  return samples;
}

}  // namespace ticketd
