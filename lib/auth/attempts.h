// Tries of a password, counted in the cache Redis so that guessing is slow. Each is counted before the password is
// looked at: those at the same time count as well.
//
//   ticketd:login:WHAT          tries since the window began, expires with it
//   ticketd:login:known:WHAT    somebody logged in here before
#pragma once
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "auth/cache.h"
#include "config/config.h"

namespace ticketd::auth {

struct Counter {
  std::string what;  // whose tries these are
  RateRule rule;
};

// A try that began: counted, or held up.
struct Attempt {
  int wait_s = 0;  // until one of the counters begins anew, at least 1; 0: it was counted
  std::chrono::steady_clock::time_point counted_at;
  std::vector<std::int64_t> left_ms;  // of each counter's window, then; empty: it was counted nowhere
};

// While the cache Redis cannot be reached nothing is counted and nobody waits.
class Attempts {
 public:
  explicit Attempts(Cache& cache) : cache_(cache) {}

  // Counts one try against each counter, or, if one of them has its limit already, against none. Exact under any
  // concurrency.
  Attempt begin(std::span<const Counter> counters);

  // It was no guess: takes the one try back, where the window that counted it still runs.
  void take_back(std::span<const Counter> counters, const Attempt& attempt);

  // For 30 days, or until the cache forgets it.
  void remember_known(const std::string& what);
  bool is_known(const std::string& what);

 private:
  Cache& cache_;
};

}  // namespace ticketd::auth
