#include "sim/simulation.h"

#include <algorithm>
#include <tuple>
#include <vector>

#include "domain/decide.h"
#include "sim/commands.h"
#include "sim/difference.h"

namespace ticketd::sim {
namespace {

using domain::Command;

// What is stored of a pool and a type.
auto counters_of(const domain::SeatPool& pool) {
  return std::tuple(pool.id, pool.capacity, pool.growing_to, pool.held_back, pool.has_misfits, pool.available,
                    pool.saved, pool.waiting_entries, pool.waiting_tickets, pool.served_past.size());
}
auto counters_of(const domain::TicketType& type) {
  return std::tuple(type.id, type.pool, type.position, type.limit, type.sales.start, type.sales.end,
                    type.max_per_booking, type.visibility, type.archived, type.live, type.waiting);
}

// What is stored of it.
auto counters_of(const domain::EventState& state) {
  std::vector<decltype(counters_of(state.pools.front()))> pools;
  std::vector<decltype(counters_of(state.types.front()))> types;
  for (const auto& pool : state.pools) pools.push_back(counters_of(pool));
  for (const auto& type : state.types) types.push_back(counters_of(type));
  return std::tuple(state.status, state.edition, pools, types, state.sales.start, state.sales.end, state.next_seq,
                    state.line_closed_before);
}

class Run {
 public:
  explicit Run(const Schedule& schedule)
      : schedule_(schedule), model_(model_of(schedule)), tables_(event_of(schedule)) {}

  std::string run() {
    for (const auto& step : schedule_.steps) {
      tables_.carry_out_piece(step.number % 3);
      if (auto wrong = accept(step); !wrong.empty()) return wrong;
      if (auto wrong = end_batch(step.end); !wrong.empty()) return wrong;
    }
    return end_batch(BatchEnd::committed);
  }

 private:
  static Model::Event model_of(const Schedule& schedule) {
    return {.owner = person(0),
            .pools = pools_of(schedule),
            .types = types_of(schedule),
            .max_per_user = schedule.limit,
            .max_per_booking = schedule.booking_limit,
            .max_skips = schedule.skips,
            .saving_stops_hours = kSavingStops,
            .promoted_at_once = schedule.promoted_at_once,
            .hold_minutes = schedule.hold_minutes,
            .offer_minutes = schedule.offer_minutes,
            .offer_stops_minutes = schedule.offer_stops_minutes,
            .confirmed_by = schedule.confirmed_by,
            .line_closes = schedule.line_closes,
            .starts_at = kStart,
            .ends_at = kEnd,
            .edition = first_edition(schedule)};
  }

  // Made the plain way it has one of each.
  static std::vector<Model::Pool> pools_of(const Schedule& schedule) {
    if (schedule.pools.empty()) return {{.capacity = schedule.capacity}};
    std::vector<Model::Pool> pools;
    for (const auto& [capacity, held_back] : schedule.pools)
      pools.push_back({pool(static_cast<int>(pools.size()) + 1), capacity, held_back});
    return pools;
  }
  static std::vector<Model::Type> types_of(const Schedule& schedule) {
    if (schedule.types.empty()) return std::vector<Model::Type>(1);
    std::vector<Model::Type> types;
    for (const auto& it : schedule.types) {
      types.push_back({.id = type(static_cast<int>(types.size()) + 1),
                       .pool = pool(it.pool),
                       .position = static_cast<int>(types.size()),
                       .limit = it.limit,
                       .sales_start = minute(it.sold_from),
                       .sales_end = minute(it.sold_until),
                       .visibility = it.visibility});
    }
    return types;
  }
  static int first_edition(const Schedule& schedule) { return schedule.pools.empty() ? 1 : domain::kEditionOfPools; }

  // The edition of one without pools of its own is the lowest, whatever its settings say, so that it is seen to rise.
  static domain::EventState event_of(const Schedule& schedule) {
    domain::EventState event;
    event.owner = person(0);
    event.edition = first_edition(schedule);
    event.pools.clear();
    for (const auto& it : pools_of(schedule)) {
      auto& made = event.pools.emplace_back();
      made.id = it.id;
      made.capacity = it.capacity;
      made.held_back = it.held_back;
      made.available = it.capacity - it.held_back;
    }
    event.types.clear();
    for (const auto& it : types_of(schedule)) {
      event.types.push_back({.id = it.id,
                             .pool = it.pool,
                             .position = it.position,
                             .limit = it.limit,
                             .sales = {it.sales_start, it.sales_end},
                             .visibility = it.visibility});
    }
    event.max_skips = schedule.skips;
    event.max_per_user = schedule.limit;
    event.max_per_booking = schedule.booking_limit;
    event.saving_stops_hours = kSavingStops;
    event.promoted_at_once = schedule.promoted_at_once;
    event.hold_minutes = schedule.hold_minutes;
    event.offer_minutes = schedule.offer_minutes;
    event.offer_stops_minutes = schedule.offer_stops_minutes;
    event.confirmed_by = schedule.confirmed_by;
    event.line_closes = schedule.line_closes;
    event.starts_at = kStart;
    event.ends_at = kEnd;
    return event;
  }

  std::string accept(const Step& step) {
    if (step.kind == Step::Kind::admit) return admit(step);
    const int n = static_cast<int>(accepted_.size());
    if (step.kind == Step::Kind::repeat) {
      if (n > 0) queue_.push_back(accepted_[static_cast<std::size_t>(std::max(0, n - 1 - step.number))]);
      return "";
    }
    const auto command = commands_.make(step, n);
    // The worker's own: it never stands in the queue.
    if (step.kind == Step::Kind::settle) return settle(command, step.number % 2 == 1);
    accepted_.push_back(command);
    queue_.push_back(command);
    return "";
  }

  // At the door, beside the queue: what was accepted before takes effect before.
  std::string admit(const Step& step) {
    if (auto wrong = end_batch(BatchEnd::committed); !wrong.empty()) return wrong;
    const auto with = commands_.one_of(step);
    for (int number = 1; number <= domain::kQuantityMax; ++number) {
      if (!step.tickets[static_cast<std::size_t>(number)]) continue;
      if (model_.admit(with, number) != tables_.admit(with, number)) return "somebody is admitted, or is not";
    }
    return "";
  }

  // A pool that may have others who never fit is seen to have none the next time at the latest.
  std::string settle(const Command& command, bool whole) {
    for (int times = 0; times < 2; ++times) {
      if (auto wrong = carry_out({&command, 1}, false, whole); !wrong.empty()) return wrong;
      if (!is_due_in_vain()) return "";
    }
    return "what was due is due for ever";
  }

  [[nodiscard]] bool is_due_in_vain() const {
    const auto& pools = model_.pools();
    return std::any_of(pools.begin(), pools.end(), [&](const Model::Pool& pool) {
      return tables_.event().pool(pool.id).has_misfits != model_.has_misfits(pool);
    });
  }

  std::string end_batch(BatchEnd end) {
    if (end == BatchEnd::none || queue_.empty()) return "";
    const auto size = small_batches_ > 0 ? std::min<std::size_t>(queue_.size(), 2) : queue_.size();
    if (small_batches_ > 0) --small_batches_;
    auto wrong = carry_out({queue_.data(), size}, end == BatchEnd::lost);
    if (end == BatchEnd::committed) queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(size));
    if (end == BatchEnd::taken_over) small_batches_ = 3;
    // Whoever comes next finds everything that was not acknowledged, from the beginning.
    return wrong.empty() && end == BatchEnd::committed && !queue_.empty() ? end_batch(end) : wrong;
  }

  // One transaction of the worker, as worker/drain.cc does it. `whole`: all of the event is loaded.
  std::string carry_out(std::span<const Command> batch, bool dies_before_commit, bool whole = false) {
    std::vector<const Command*> wanted;
    for (const auto& command : batch) {
      const auto same = [&](const auto* other) { return other->id == command.id; };
      if (std::none_of(wanted.begin(), wanted.end(), same)) wanted.push_back(&command);
    }
    auto state = tables_.load(wanted);
    if (whole) tables_.load_all(state);
    std::erase_if(wanted, [&](const auto* command) { return tables_.is_done(command->id); });
    domain::BatchFacts facts;
    for (const auto* command : wanted) {
      const auto before = counters_of(state);
      const auto decided = domain::decide(state, *command);
      for (const auto& fact : decided) facts.push_back({command, state.title, fact});
      const bool refused = !decided.empty() && std::none_of(decided.begin(), decided.end(), domain::changes_event);
      if (refused && counters_of(state) != before) return "what was refused changed something";
    }
    if (dies_before_commit) return "";
    if (auto constraint = tables_.commit(state, facts); !constraint.empty()) return "the schema refuses: " + constraint;
    if (auto wrong = compare_words(wanted, facts); !wrong.empty()) return wrong;
    return difference(tables_, model_);
  }

  std::string compare_words(std::span<const Command* const> commands, const domain::BatchFacts& facts) {
    std::vector<std::string> decided;
    std::vector<std::string> expected;
    for (const auto& it : facts) {
      if (auto text = text_of(it.fact); !text.empty()) decided.push_back(text);
    }
    for (const auto* command : commands) {
      if (auto text = model_.carry_out(*command); !text.empty()) expected.push_back(text);
      expected.insert(expected.end(), model_.followed().begin(), model_.followed().end());
      if (auto broken = model_.broken_rule(); !broken.empty()) return broken;
    }
    const auto [one, other] = std::mismatch(decided.begin(), decided.end(), expected.begin(), expected.end());
    if (one == decided.end() && other == expected.end()) return "";
    return "decided \"" + (one == decided.end() ? "" : *one) + "\", expected \"" +
           (other == expected.end() ? "" : *other) + '"';
  }

  const Schedule& schedule_;
  Model model_;
  Tables tables_;
  Commands commands_;
  std::vector<Command> accepted_;
  std::vector<Command> queue_;  // outstanding, in stream order
  int small_batches_ = 0;
};

}  // namespace

std::string run(const Schedule& schedule) { return Run(schedule).run(); }

Schedule shrink(Schedule schedule) {
  for (std::size_t i = 0; i < schedule.steps.size();) {
    auto shorter = schedule;
    shorter.steps.erase(shorter.steps.begin() + static_cast<std::ptrdiff_t>(i));
    if (run(shorter).empty()) {
      ++i;
    } else {
      schedule = std::move(shorter);
      i = 0;
    }
  }
  return schedule;
}

}  // namespace ticketd::sim
