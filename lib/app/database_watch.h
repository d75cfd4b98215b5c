// Whether PostgreSQL answers just now: while it does not, one at a time finds out, and the others do not wait for what
// will not come.
#pragma once
#include <atomic>

#include "base/time.h"

namespace ticketd {

// Thread-safe.
class DatabaseWatch {
 public:
  // For those who know something from before. False: go by that. After true, call answered() or failed().
  bool may_ask(Time now) {
    if (!away_) return true;
    return now >= not_before_.load() && !looking_.exchange(true);
  }
  // For those who know nothing: false only while it makes everybody wait. After true, as above.
  bool must_ask(Time now) { return !hangs_ || may_ask(now); }
  [[nodiscard]] bool hangs() const { return hangs_; }

  void answered() {
    hangs_ = away_ = false;
    looking_ = false;
  }
  void failed(Time asked_at, Time now) {
    not_before_ = now + kLeaveAlone;
    hangs_ = now - asked_at >= kLeaveAlone;
    away_ = true;
    looking_ = false;
  }

 private:
  static constexpr seconds kLeaveAlone{1};
  std::atomic<Time> not_before_{Time{}};
  std::atomic<bool> away_{false};
  std::atomic<bool> hangs_{false};
  std::atomic<bool> looking_{false};
};

}  // namespace ticketd
