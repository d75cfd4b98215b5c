#include "faults.h"

#include <signal.h>

#include <algorithm>
#include <map>
#include <queue>

#include "support/stack.h"

namespace ticketd::torture {
namespace {

using std::chrono::milliseconds;
using SystemClock = std::chrono::system_clock;

// Remedies under way, the next one first.
class Remedies {
 public:
  void add(Remedy remedy, std::size_t strike) {
    if (remedy.apply) due_.push({SystemClock::now() + remedy.after, strike, std::move(remedy.apply)});
  }
  // Applies what is due until `end`, and waits until then.
  void apply_until(SystemClock::time_point end, std::vector<Strike>& strikes) {
    while (!due_.empty() && due_.top().at < end) {
      std::this_thread::sleep_until(due_.top().at);
      apply_next(strikes);
    }
    std::this_thread::sleep_until(end);
  }
  // Whatever is left, now.
  void apply_all(std::vector<Strike>& strikes) {
    while (!due_.empty()) apply_next(strikes);
  }

 private:
  struct Due {
    SystemClock::time_point at;
    std::size_t strike;
    std::function<void()> apply;
    bool operator<(const Due& other) const { return at > other.at; }
  };
  void apply_next(std::vector<Strike>& strikes) {
    due_.top().apply();
    strikes[due_.top().strike].well = SystemClock::now();
    due_.pop();
  }

  std::priority_queue<Due> due_;
};

}  // namespace

std::vector<Strike> break_things(Lab& lab, Chance& chance, milliseconds length, const Faults& faults) {
  const auto end = SystemClock::now() + length;
  Faults deck;
  std::vector<Strike> strikes;
  Remedies remedies;
  for (;;) {
    const auto next = SystemClock::now() + milliseconds(150 + pick(chance, 1'100));
    remedies.apply_until(std::min(next, end), strikes);
    if (next >= end) break;
    if (deck.empty()) {
      deck = faults;
      std::shuffle(deck.begin(), deck.end(), chance);
    }
    const auto [kind, fault] = deck.back();
    deck.pop_back();
    const auto now = SystemClock::now();
    strikes.push_back({kind, now, now});
    remedies.add(fault(lab, chance), strikes.size() - 1);
  }
  remedies.apply_all(strikes);
  return strikes;
}

std::vector<Strike> bend_time(Lab& lab, Chance& chance, milliseconds length) {
  Remedy remedy;
  e2e::await([&] { return (remedy = freeze_worker_at_work(lab, chance)).apply != nullptr; });
  const auto at = SystemClock::now();
  auto strikes = break_things(lab, chance, remedy.after, clock_faults());
  if (remedy.apply) {
    remedy.apply();
    strikes.push_back({"worker frozen at work", at, SystemClock::now()});
  }
  for (auto& strike : break_things(lab, chance, length, time_faults())) strikes.push_back(std::move(strike));
  return strikes;
}

bool crash_at(Lab& lab, const std::vector<std::string>& points) {
  std::map<std::string, pid_t> before;
  for (const auto& worker : lab.workers()) before[worker] = e2e::pid_of(worker);
  for (const auto& point : points) lab.arm(point);
  const bool takes_over = std::find(points.begin(), points.end(), "in_take_over") != points.end();
  // The shards of the one that goes are there to be taken.
  if (takes_over) lab.signal(lab.workers().front(), SIGKILL);
  const bool all = e2e::await(
      [&] { return std::all_of(points.begin(), points.end(), [&](const auto& point) { return lab.went_off(point); }); },
      milliseconds(10'000), milliseconds(10));
  lab.disarm_all();
  e2e::await([&] {
    return std::all_of(lab.workers().begin(), lab.workers().end(), [](const auto& w) { return e2e::is_alive(w); });
  });
  return all;
}

}  // namespace ticketd::torture
