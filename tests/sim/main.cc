// sim [SCHEDULES [SEED]]: runs that many random schedules, from SEED upwards, on all cores. Exit status 0: all of them
// held. On a violation prints the seed, what went wrong, and the schedule at its shortest; exit status 1.
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "sim/simulation.h"

using namespace ticketd;

int main(int argc, char** argv) {
  const std::uint64_t count = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1'000'000;
  const std::uint64_t first = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  constexpr std::uint64_t kChunk = 1'000;
  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> next = 0;
  std::atomic<std::uint64_t> steps = 0;
  std::atomic<std::uint64_t> failing = 0;  // a seed, 0: none
  const auto work = [&] {
    for (std::uint64_t from = next.fetch_add(kChunk); from < count && failing == 0; from = next.fetch_add(kChunk)) {
      for (std::uint64_t seed = first + from; seed < first + std::min(count, from + kChunk); ++seed) {
        const auto schedule = sim::make_schedule(seed);
        steps += schedule.steps.size();
        if (!sim::run(schedule).empty()) failing = seed;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) threads.emplace_back(work);
  }
  const auto ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();
  if (failing != 0) {
    const auto shortest = sim::shrink(sim::make_schedule(failing));
    std::cout << "seed " << failing << ": " << sim::run(shortest) << "\n" << sim::describe(shortest);
    return 1;
  }
  std::cout << count << " schedules, " << steps << " commands, no violation, " << static_cast<double>(ms) / 1000
            << " s\n";
  return 0;
}
