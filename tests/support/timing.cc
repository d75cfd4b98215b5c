#include "support/timing.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include <CppUTest/TestHarness.h>  // last: it redefines new

namespace ticketd::e2e {
namespace {

double median_of(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  return times[times.size() / 2];
}

bool takes_same_time(const std::string& name, const std::function<Response()>& one, const std::string& other_name,
                     const std::function<Response()>& other) {
  enum { kOne, kAgain, kOther, kKinds };
  std::vector<double> times[kKinds];
  for (std::size_t i = 0; i < 200; ++i) {
    for (std::size_t turn = 0; turn < kKinds; ++turn) {
      const auto kind = (i + turn) % kKinds;
      times[kind].push_back((kind == kOther ? other() : one()).took.count() * 1000);
    }
  }
  const double first = median_of(times[kOne]), again = median_of(times[kAgain]), second = median_of(times[kOther]);
  const double noise = std::abs(first - again) / first, difference = std::abs(first - second) / first;
  std::printf("\n\t%s %.2f and %.2f ms, %s %.2f ms: %.1f %% apart, noise %.1f %%\n", name.c_str(), first, again,
              other_name.c_str(), second, difference * 100, noise * 100);
  return difference < std::max(0.05, noise);
}

}  // namespace

void expect_same_time(const std::string& name, const std::function<Response()>& one, const std::string& other_name,
                      const std::function<Response()>& other) {
  for (int round = 0; round < 3; ++round) {
    if (takes_same_time(name, one, other_name, other)) return;
  }
  FAIL("the times tell them apart");
}

}  // namespace ticketd::e2e
