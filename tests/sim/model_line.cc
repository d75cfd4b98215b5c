// The model's waiting list: who is served, who is passed, and for whom seats are saved.
#include "sim/model.h"

#include <algorithm>

namespace ticketd::sim {

using domain::Remainder;
using State = Model::Row::State;

bool Model::saves(Time now) const { return now < event_.starts_at - std::chrono::hours(event_.saving_stops_hours); }

// With many more waiting than get seats at once, the seats come in steps: what is free goes up by a step, and the
// capacity is lower by what is still to come.
void Model::set_seats(Pool& pool, int capacity, int held_back) {
  const int step = event_.promoted_at_once;
  const int before = pool.capacity - pool.held_back;
  const int later = waiting_entries(pool.id) > step ? std::max(0, capacity - held_back - before - step) : 0;
  pool.growing_to = later > 0 ? std::optional(capacity) : std::nullopt;
  pool.capacity = capacity - later;
  pool.held_back = held_back;
}

// Who wants more than there will ever be waits no more. So many end at once, the others later.
void Model::end_misfits(const Pool& pool) {
  int ended = 0;
  for (auto& row : rows_) {
    if (row.pool != pool.id || row.state != State::waiting || row.quantity <= pool.seats_to_be()) continue;
    if (ended++ == event_.promoted_at_once) return;
    row.state = State::gone;
    followed_.push_back("never_fits " + row.id.str());
  }
}

// Where seats are offered nobody is served after the start.
Time Model::line_ends_at() const {
  return event_.line_closes == domain::LineCloses::start || event_.offer_minutes > 0 ? event_.starts_at
                                                                                     : event_.ends_at;
}

// Of all pools at once. Who waited is told, unless it was long ago.
void Model::close_line(Time now) {
  const bool is_news = now - line_ends_at() < std::chrono::hours(24);
  if (waiting_in_all() > 0) followed_.emplace_back(is_news ? "line_closed" : "line_closed silently");
  for (auto& row : rows_) {
    if (row.state == State::waiting) row.state = State::gone;
  }
  for (auto& pool : event_.pools) pool.settled_at = now;
}

// When the line is over nobody waits any more. `booked`: who joined by this very command is offered nothing, he books.
void Model::settle(Time now, std::optional<BookingId> booked) {
  if (line_is_over(now)) return close_line(now);
  for (auto& pool : event_.pools) settle(pool, now, booked);
}

// Once through the line. Nobody who was passed fits later on, for free seats only become fewer.
void Model::settle(Pool& pool, Time now, std::optional<BookingId> booked) {
  pool.settled_at = now;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const int seats = rows_[i].pool == pool.id ? seats_for(rows_[i]) : 0;
    if (seats == 0) continue;
    if (saves(now)) {
      if (is_saved_from(pool.id, i)) return;
      count_skips(i);
    }
    serve(i, seats, deadline(now, rows_[i].id == booked));
  }
}

// That it would get, if it were alone.
int Model::seats_for(const Row& row) const {
  const int free = free_seats(row.pool);
  if (row.state != State::waiting) return 0;
  if (row.quantity <= free) return row.quantity;
  return row.accept_fewer ? free : 0;
}

// Does somebody wait in front of it whom nobody may pass any more?
bool Model::is_saved_from(PoolId pool, std::size_t index) const {
  for (std::size_t i = 0; i < index; ++i) {
    const auto& row = rows_[i];
    if (row.pool == pool && row.state == State::waiting && row.skips >= event_.max_skips) return true;
  }
  return false;
}

bool Model::is_saved(const Pool& pool) const {
  return free_seats(pool.id) > 0 && saves(pool.settled_at) && is_saved_from(pool.id, rows_.size());
}

int Model::skips_of_first(PoolId pool) const {
  for (const auto& row : rows_) {
    if (row.pool == pool && row.state == State::waiting) return row.skips;
  }
  return 0;
}

bool Model::has_misfits(const Pool& pool) const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.pool == pool.id && row.state == State::waiting && row.quantity > pool.seats_to_be();
  });
}

// Whoever waits in front of it, in the same pool, is passed by it.
void Model::count_skips(std::size_t served) {
  for (std::size_t i = 0; i < served; ++i) {
    if (rows_[i].pool != rows_[served].pool || rows_[i].state != State::waiting) continue;
    ++rows_[i].skips;
    rows_[i].skips_allowed = event_.max_skips;
  }
}

// What it got keeps the booking's id and place. What it did not get waits on right behind it, if it said so.
void Model::serve(std::size_t index, int seats, std::optional<Time> held_until) {
  auto rest = rows_[index];
  followed_.push_back((held_until ? "offered " : "promoted ") + rest.id.str() + ' ' +
                      got(seats, rest.quantity - seats));
  rows_[index].state = held_until ? State::held : State::confirmed;
  rows_[index].held_until = held_until;
  if (held_until) need_edition(3);
  rows_[index].quantity = seats;
  rest.id = plus_one(rest.id);
  rest.quantity -= seats;
  if (rest.quantity > 0 && rest.accept_fewer == Remainder::keep)
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(index) + 1, rest);
}

std::string Model::broken_rule() const {
  auto again = *this;
  for (auto& pool : again.event_.pools) {
    if (line_is_over(pool.settled_at) && waiting_entries(pool.id) > 0) return "somebody waits in a line that is over";
    again.settle(pool, pool.settled_at);
  }
  if (again.rows_ != rows_) return "the model settled again changes";
  for (const auto& row : rows_) {
    if (row.skips > row.skips_allowed) return "somebody was passed more often than the event allows";
  }
  for (const auto& row : rows_) {
    const bool is_left = row.state == State::confirmed && (row.admitted & ~tickets_of(row)).none();
    if (row.admitted.any() && !is_left && !event_.deleted) return "a ticket is gone that somebody was admitted with";
  }
  for (const auto& pool : event_.pools) {
    if (free_seats(pool.id) < 0) return "more tickets are confirmed or held than there are seats";
  }
  return "";
}

}  // namespace ticketd::sim
