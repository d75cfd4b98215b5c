#include "sim/model.h"

namespace ticketd::sim {

using domain::Command;
using domain::CommandKind;
using State = Model::Row::State;

int Model::count(State state) const {
  int n = 0;
  for (const auto& row : rows_) n += row.state == state ? 1 : 0;
  return n;
}

int Model::live_of(UserId user) const {
  int n = 0;
  for (const auto& row : rows_) n += row.user == user && row.state != State::gone ? 1 : 0;
  return n;
}

// As long as there is a seat, it belongs to the first of the list who waits. After the end nobody waits any more.
void Model::settle(Time now) {
  for (auto& row : rows_) {
    if (row.state != State::waiting) continue;
    if (now >= ends_at_) {
      row.state = State::gone;
      row.line_closed = true;
    } else if (confirmed() < capacity_) {
      row.state = State::confirmed;
    }
  }
}

// With many more waiting than get seats at once, the seats come in steps.
void Model::set_capacity(int wanted) {
  const bool in_steps = waiting() > promoted_at_once_ && wanted > capacity_ + promoted_at_once_;
  growing_to_ = in_steps ? std::optional(wanted) : std::nullopt;
  capacity_ = in_steps ? capacity_ + promoted_at_once_ : wanted;
}

std::string Model::book(const Command& command) {
  if (deleted_) return "rejected event_cancelled";
  if (command.accepted_at >= ends_at_) return "rejected event_over";
  if (live_of(command.user) >= limit_) return "rejected limit_reached";
  const bool seat = confirmed() < capacity_;
  rows_.push_back({*command.booking(), command.user, seat ? State::confirmed : State::waiting});
  return seat ? "confirmed" : "waitlisted " + std::to_string(waiting());
}

std::string Model::cancel(const Command& command) {
  const auto wanted = command.booking();
  Row* found = nullptr;
  for (auto& row : rows_) {
    if (row.user != command.user || row.state == State::gone) continue;
    if (!wanted || row.id == *wanted) found = &row;
  }
  if (found == nullptr) return "nothing_to_cancel";
  found->state = State::gone;
  settle(command.accepted_at);
  return "cancelled";
}

std::string Model::update(const Command& command) {
  if (command.user != owner_) return "rejected not_event_owner";
  if (deleted_) return "rejected event_cancelled";
  const auto& changes = std::get<domain::UpdateEvent>(command.action).changes;
  if (changes.total_tickets.value_or(capacity_) < confirmed()) return "rejected capacity_below_confirmed";
  if (changes.total_tickets) set_capacity(*changes.total_tickets);
  limit_ = changes.max_per_user.value_or(limit_);
  ends_at_ = changes.ends_at.value_or(ends_at_);
  settle(command.accepted_at);
  return "updated";
}

std::string Model::remove(const Command& command) {
  if (command.user != owner_) return "rejected not_event_owner";
  if (deleted_) return "rejected event_cancelled";
  deleted_ = true;
  growing_to_.reset();
  settle(command.accepted_at);
  if (command.accepted_at >= ends_at_) return "deleted";  // and its guests were there
  for (auto& row : rows_) row.state = State::gone;
  return "deleted";
}

std::string Model::carry_out(const Command& command) {
  switch (command.kind()) {
    case CommandKind::book: return book(command);
    case CommandKind::cancel: return cancel(command);
    case CommandKind::update_event: return update(command);
    case CommandKind::delete_event: return remove(command);
    case CommandKind::settle:
      if (growing_to_) set_capacity(*growing_to_);
      settle(command.accepted_at);
      return "";
  }
  return "";
}

}  // namespace ticketd::sim
