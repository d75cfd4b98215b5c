// Tries of a password, counted in the cache Redis so that guessing is slow. Each is counted before the password is
// looked at: those at the same time count as well.
//
//   ticketd:login:WHAT          tries since the window began, expires with it
//   ticketd:login:known:WHAT    somebody logged in here before
#pragma once
#include <span>
#include <string>

#include "auth/cache.h"
#include "config/config.h"

namespace ticketd::auth {

struct Counter {
  std::string what;  // whose tries these are
  RateRule rule;
};

// While the cache Redis cannot be reached nothing is counted and nobody waits.
class Attempts {
 public:
  explicit Attempts(Cache& cache) : cache_(cache) {}

  // Counts one try against each counter and gives back 0; if one of them has its limit already, counts nothing and
  // gives back the seconds until it begins anew, at least 1. Exact under any concurrency.
  int begin(std::span<const Counter> counters);

  // It was no guess: takes the one try back.
  void take_back(std::span<const Counter> counters);

  // Begins anew.
  void forget(const Counter& counter);

  // For 30 days, or until the cache forgets it.
  void remember_known(const std::string& what);
  bool is_known(const std::string& what);

 private:
  Cache& cache_;
};

}  // namespace ticketd::auth
