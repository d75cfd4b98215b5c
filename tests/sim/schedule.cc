#include "sim/schedule.h"

#include <array>

namespace ticketd::sim {
namespace {

// splitmix64: small, fast, and the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  int below(int bound) { return static_cast<int>(next() % static_cast<std::uint64_t>(bound)); }
  bool one_in(int times) { return below(times) == 0; }

 private:
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

Step::Kind kind_of(Dice& dice) {
  const int n = dice.below(100);
  if (n < 52) return Step::Kind::book;
  if (n < 74) return Step::Kind::cancel_newest;
  if (n < 82) return Step::Kind::cancel_one;
  if (n < 88) return Step::Kind::set_capacity;
  if (n < 90) return Step::Kind::set_limit;
  if (n < 92) return Step::Kind::move_end;
  if (n < 94) return Step::Kind::settle;
  if (n < 99) return Step::Kind::repeat;
  return Step::Kind::remove_event;
}

BatchEnd end_of(Dice& dice, int batch_size) {
  if (!dice.one_in(batch_size)) return BatchEnd::none;
  const int n = dice.below(12);
  if (n == 0) return BatchEnd::lost;
  if (n == 1) return BatchEnd::not_acked;
  if (n == 2) return BatchEnd::taken_over;
  return BatchEnd::committed;
}

}  // namespace

Schedule make_schedule(std::uint64_t seed) {
  Dice dice(seed);
  Schedule schedule;
  schedule.capacity = 1 + dice.below(4);
  schedule.limit = dice.one_in(2) ? 1 : 1 + dice.below(3);
  schedule.promoted_at_once = dice.one_in(2) ? 100 : 1 + dice.below(2);
  const int people = 2 + dice.below(6);
  const int batch_size = 1 + dice.below(6);
  const int late = dice.one_in(2) ? 60 : 4;
  const int length = 5 + dice.below(30);
  for (int i = 0; i < length; ++i) {
    Step step;
    step.kind = kind_of(dice);
    step.person = dice.below(people);
    step.number = step.kind == Step::Kind::set_capacity ? 1 + dice.below(6)
                  : step.kind == Step::Kind::set_limit  ? 1 + dice.below(3)
                  : step.kind == Step::Kind::move_end   ? dice.below(3)
                                                        : dice.below(8);
    if (step.kind == Step::Kind::set_capacity || step.kind == Step::Kind::set_limit ||
        step.kind == Step::Kind::move_end || step.kind == Step::Kind::remove_event) {
      step.person = dice.one_in(8) ? step.person : 0;
    }
    step.late = dice.one_in(step.kind == Step::Kind::settle ? 2 : late);
    step.end = end_of(dice, batch_size);
    schedule.steps.push_back(step);
  }
  return schedule;
}

std::string describe(const Schedule& schedule) {
  static constexpr std::array<const char*, 9> kKinds = {
      "books",         "cancels the newest", "cancels one",       "sets the capacity",          "sets the limit",
      "moves the end", "deletes the event",  "repeats a command", "sees what is due be settled"};
  static constexpr std::array<const char*, 5> kEnds = {"", "; commit", "; crash before COMMIT", "; crash after COMMIT",
                                                       "; take-over after COMMIT"};
  std::string text = "capacity " + std::to_string(schedule.capacity) + ", limit per person " +
                     std::to_string(schedule.limit) + ", promoted at once " +
                     std::to_string(schedule.promoted_at_once) + '\n';
  for (const auto& step : schedule.steps) {
    text += "  person " + std::to_string(step.person) + ' ' + kKinds.at(static_cast<std::size_t>(step.kind)) + " (" +
            std::to_string(step.number) + ')';
    text += std::string(step.late ? " after the end" : "") + kEnds.at(static_cast<std::size_t>(step.end)) + '\n';
  }
  return text;
}

}  // namespace ticketd::sim
