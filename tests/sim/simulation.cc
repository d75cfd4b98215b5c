#include "sim/simulation.h"

#include <algorithm>

#include "domain/decide.h"
#include "sim/model.h"
#include "sim/tables.h"

namespace ticketd::sim {
namespace {

using domain::Command;

constexpr Time kEnd{milliseconds(1'000'000)};

template <class IdType>
IdType nth(std::uint8_t kind, int n) {
  IdType id;
  id.uuid.bytes[0] = kind;
  id.uuid.bytes[8] = static_cast<std::uint8_t>(n);
  id.uuid.bytes[9] = static_cast<std::uint8_t>(n >> 8);
  return id;
}

UserId person(int n) { return nth<UserId>(1, n); }

std::string text_of(const domain::Fact& fact) {
  std::string text(name_of(*outcome_of(fact)));
  if (const auto reason = reason_of(fact)) text += ' ' + std::string(name_of(*reason));
  if (const auto* waiting = std::get_if<domain::Waitlisted>(&fact)) text += ' ' + std::to_string(waiting->place);
  return text;
}

class Run {
 public:
  explicit Run(const Schedule& schedule)
      : schedule_(schedule),
        model_(person(0), schedule.capacity, schedule.limit, schedule.promoted_at_once, kEnd),
        tables_(event_of(schedule)) {}

  std::string run() {
    for (const auto& step : schedule_.steps) {
      tables_.carry_out_piece(step.number % 3);
      if (auto wrong = accept(step); !wrong.empty()) return wrong;
      if (auto wrong = end_batch(step.end); !wrong.empty()) return wrong;
    }
    return end_batch(BatchEnd::committed);
  }

 private:
  static domain::EventState event_of(const Schedule& schedule) {
    domain::EventState event;
    event.owner = person(0);
    event.total_tickets = event.available_tickets = schedule.capacity;
    event.max_per_user = schedule.limit;
    event.promoted_at_once = schedule.promoted_at_once;
    event.ends_at = kEnd;
    return event;
  }

  std::string accept(const Step& step) {
    const int n = static_cast<int>(accepted_.size());
    if (step.kind == Step::Kind::repeat) {
      if (n > 0) queue_.push_back(accepted_[static_cast<std::size_t>(std::max(0, n - 1 - step.number))]);
      return "";
    }
    Command command;
    command.id = nth<CommandId>(2, n);
    command.user = person(step.person);
    command.accepted_at = step.late ? kEnd : kEnd - milliseconds(1);
    switch (step.kind) {
      case Step::Kind::book:
        booked_.push_back(nth<BookingId>(3, n));
        command.action = domain::Book{booked_.back()};
        break;
      case Step::Kind::cancel_one:
        command.action = domain::Cancel{};
        // Also ones of other people, and ones that were rejected.
        if (!booked_.empty())
          command.action =
              domain::Cancel{booked_[booked_.size() - 1 - static_cast<std::size_t>(step.number) % booked_.size()]};
        break;
      case Step::Kind::set_capacity: command.action = domain::UpdateEvent{{.total_tickets = step.number}}; break;
      case Step::Kind::set_limit: command.action = domain::UpdateEvent{{.max_per_user = step.number}}; break;
      case Step::Kind::move_end:
        command.action = domain::UpdateEvent{{.ends_at = kEnd + milliseconds(step.number - 1)}};
        break;
      case Step::Kind::remove_event: command.action = domain::DeleteEvent{}; break;
      // The worker's own: it never stands in the queue.
      case Step::Kind::settle: command.action = domain::Settle{}; return carry_out({&command, 1}, false);
      case Step::Kind::cancel_newest:
      case Step::Kind::repeat: command.action = domain::Cancel{}; break;
    }
    accepted_.push_back(command);
    queue_.push_back(command);
    return "";
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

  // One transaction of the worker, as worker/drain.cc does it.
  std::string carry_out(std::span<const Command> batch, bool dies_before_commit) {
    std::vector<const Command*> wanted;
    for (const auto& command : batch) {
      const auto same = [&](const auto* other) { return other->id == command.id; };
      if (std::none_of(wanted.begin(), wanted.end(), same)) wanted.push_back(&command);
    }
    auto state = tables_.load(wanted);
    domain::BatchFacts facts;
    for (const auto* command : wanted) {
      if (tables_.is_done(command->id)) continue;
      for (const auto& fact : domain::decide(state, *command)) facts.push_back({command, state.title, fact});
    }
    if (dies_before_commit) return "";
    if (auto constraint = tables_.commit(state, facts); !constraint.empty()) return "the schema refuses: " + constraint;
    if (wanted.front()->kind() == domain::CommandKind::settle) model_.carry_out(*wanted.front());
    for (const auto& [command, title, fact] : facts) {
      if (!outcome_of(fact)) continue;
      const auto expected = model_.carry_out(*command);
      if (expected != text_of(fact)) return "decided \"" + text_of(fact) + "\", expected \"" + expected + '"';
    }
    return compare();
  }

  [[nodiscard]] std::string compare() const {
    const auto& event = tables_.event();
    if (event.total_tickets != model_.capacity()) return "the capacity differs";
    if (event.confirmed() != model_.confirmed()) return "available_tickets differs";
    if (event.waiting_count != model_.waiting()) return "waiting_list_count differs";
    if (tables_.rows().size() != model_.rows().size()) return "there are more or fewer bookings";
    std::int64_t last_seq = 0;
    for (const auto& expected : model_.rows()) {
      const auto found = tables_.rows().find(expected.id);
      if (found == tables_.rows().end() || found->second.booking.user != expected.user) return "a booking is missing";
      const auto state = tables_.state_of(found->second.booking);
      const auto wanted = expected.state == Model::Row::State::confirmed ? domain::BookingState::confirmed
                          : expected.state == Model::Row::State::waiting ? domain::BookingState::waitlisted
                                                                         : domain::BookingState::cancelled;
      if (state != wanted)
        return "a booking is " + std::string(name_of(state)) + ", expected " + std::string(name_of(wanted));
      if (found->second.booking.seq <= last_seq) return "the order of acceptance differs";
      last_seq = found->second.booking.seq;
    }
    return "";
  }

  const Schedule& schedule_;
  Model model_;
  Tables tables_;
  std::vector<Command> accepted_;
  std::vector<BookingId> booked_;
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
