// Whether PostgreSQL answers just now, for those who know something from before and can do without it: while it does
// not, one of them at a time finds out, and the others do not wait for what will not come.
#pragma once
#include <algorithm>
#include <atomic>

#include "base/time.h"

namespace ticketd {

// Thread-safe.
class DatabaseWatch {
 public:
  // False: go by what you know. After true, call answered() or failed().
  bool may_ask(Time now) {
    if (!away_) return true;
    return now >= not_before_.load() && !looking_.exchange(true);
  }
  void answered() {
    away_ = false;
    looking_ = false;
  }
  // A database that made somebody wait is left alone for as long, else for a second.
  void failed(Time asked_at, Time now) {
    not_before_ = now + std::max<Time::duration>(kLeaveAlone, now - asked_at);
    away_ = true;
    looking_ = false;
  }

 private:
  static constexpr seconds kLeaveAlone{1};
  std::atomic<Time> not_before_{Time{}};
  std::atomic<bool> away_{false};
  std::atomic<bool> looking_{false};
};

}  // namespace ticketd
