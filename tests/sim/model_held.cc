// The model's held seats: until when they are, who may say yes, and what ends without one.
#include <algorithm>

#include "sim/model.h"

namespace ticketd::sim {

using domain::ConfirmedBy;
using std::chrono::minutes;
using State = Model::Row::State;

std::optional<Time> Model::deadline(Time now, bool is_direct) const {
  const int length = is_direct ? event_.hold_minutes : event_.offer_minutes;
  if (length == 0 || now >= event_.starts_at) return {};
  if (!is_direct && now >= event_.starts_at - minutes(event_.offer_stops_minutes)) return {};
  return std::min(now + minutes(length), event_.starts_at);
}

Time Model::due_at(const Row& held) const { return std::min(*held.held_until, event_.starts_at); }

// Nobody waits any more, for it has begun: there is what is free, and it is confirmed.
std::string Model::book_without_line(const domain::Command& command, const domain::Book& wish, const Type& type) {
  rows_.push_back({wish.booking, command.user, State::confirmed, type.pool, type.id, wish.quantity});
  if (wish.quantity > 1) need_edition(2);
  settle(command.accepted_at);
  return "confirmed " + got(wish.quantity, 0);
}

std::string Model::confirm(const domain::Command& command, const domain::Confirm& wish) {
  const auto row = std::find_if(rows_.begin(), rows_.end(), [&](const Row& it) { return it.id == wish.booking; });
  if (row == rows_.end() || row->state != State::held) return "rejected not_held";
  const auto whose = event_.confirmed_by == ConfirmedBy::attendee ? row->user : event_.owner;
  if (command.user != whose) return "rejected not_yours_to_confirm";
  if (command.accepted_at >= due_at(*row)) return "rejected offer_expired";
  const int given_back = row->quantity - wish.quantity.value_or(row->quantity);
  if (given_back < 0) return "rejected limit_reached";
  row->state = State::confirmed;
  row->held_until.reset();
  shrink(*row, row->quantity - given_back);
  if (row->user != command.user) followed_.push_back("organiser_confirmed " + row->id.str());
  settle(command.accepted_at);
  return "confirmed_held" + (given_back > 0 ? ' ' + std::to_string(given_back) : "");
}

// Whose deadline was first ends first.
void Model::end_overdue(Time now) {
  std::vector<Row*> overdue;
  for (auto& row : rows_) {
    if (row.state == State::held && due_at(row) <= now) overdue.push_back(&row);
  }
  std::stable_sort(overdue.begin(), overdue.end(), [&](const Row* a, const Row* b) { return due_at(*a) < due_at(*b); });
  for (auto* row : overdue) {
    row->state = State::gone;
    followed_.push_back("hold_expired " + row->id.str());
  }
}

}  // namespace ticketd::sim
