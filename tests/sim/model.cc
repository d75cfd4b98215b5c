#include "sim/model.h"

#include <algorithm>

#include "base/overloaded.h"

namespace ticketd::sim {

using domain::Command;
using domain::Remainder;
using State = Model::Row::State;

BookingId plus_one(BookingId booking) {
  auto& bytes = booking.uuid.bytes;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    if (++*byte != 0) break;
  }
  return booking;
}

std::string got(int tickets, int missing) {
  return std::to_string(tickets) + (missing > 0 ? " missing " + std::to_string(missing) : "");
}

int Model::taken(PoolId pool) const {
  int n = 0;
  for (const auto& row : rows_) {
    if (row.pool == pool && (row.state == State::confirmed || row.state == State::held)) n += row.quantity;
  }
  return n;
}

int Model::waiting_entries(PoolId pool) const {
  int n = 0;
  for (const auto& row : rows_) n += row.pool == pool && row.state == State::waiting ? 1 : 0;
  return n;
}

int Model::waiting_tickets(PoolId pool) const {
  int n = 0;
  for (const auto& row : rows_) n += row.pool == pool && row.state == State::waiting ? row.quantity : 0;
  return n;
}

int Model::live_tickets_of(UserId user) const {
  int n = 0;
  for (const auto& row : rows_) n += row.user == user && row.state != State::gone ? row.quantity : 0;
  return n;
}

// The last one of the list, where none is named.
Model::Row* Model::live(UserId user, std::optional<BookingId> named) {
  Row* found = nullptr;
  for (auto& row : rows_) {
    if (row.user == user && row.state != State::gone && row.id == named.value_or(row.id)) found = &row;
  }
  return found;
}

// Why it can't be booked, if so; by what there is of the type and its pool last.
std::string Model::why_not(const Command& command, const domain::Book& wish, const Type* type) const {
  const auto now = command.accepted_at;
  if (event_.deleted) return "event_cancelled";
  if (is_over(now)) return "event_over";
  if (type == nullptr) return "ticket_type_not_found";
  if (auto reason = not_sold(*type, now); !reason.empty()) return reason;
  if (wish.quantity > event_.max_per_booking) return "limit_reached";
  if (type->max_per_booking && wish.quantity > *type->max_per_booking) return "limit_reached";
  if (live_tickets_of(command.user) + wish.quantity > event_.max_per_user) return "limit_reached";
  if (type->limit && live_tickets(type->id) + wish.quantity > *type->limit) return "type_limit_reached";
  if (wish.quantity > pool(type->pool).seats_to_be()) return "never_fits";
  if (line_is_over(now) && wish.quantity > free_seats(type->pool)) return "line_closed";
  return "";
}

std::string Model::book(const Command& command, const domain::Book& wish) {
  const auto* type = bookable(wish.type);
  if (const auto reason = why_not(command, wish, type); !reason.empty()) return "rejected " + reason;
  if (line_is_over(command.accepted_at)) return book_without_line(command, wish, *type);
  const bool is_served = waiting_entries(type->pool) == 0 && wish.quantity <= free_seats(type->pool);
  rows_.push_back({wish.booking, command.user, State::waiting, type->pool, type->id, wish.quantity, wish.accept_fewer});
  if (wish.quantity > 1) need_edition(2);
  if (is_served) {
    settle(*find_pool(type->pool), command.accepted_at, wish.booking);  // other pools are left as they are
  } else {
    settle(command.accepted_at, wish.booking);
  }
  const auto& row = *live(command.user, wish.booking);
  if (row.state == State::waiting) return "waitlisted " + std::to_string(waiting_entries(row.pool));
  // That it was served itself.
  std::erase_if(followed_, [&](const std::string& what) { return what.find(row.id.str()) != std::string::npos; });
  return (row.held_until ? "held " : "confirmed ") + got(row.quantity, wish.quantity - row.quantity);
}

std::string Model::update_booking(const Command& command, const domain::UpdateBooking& wish) {
  auto* row = live(command.user, wish.booking);
  // When it is over nobody waits, also when the line is not closed yet.
  if (row == nullptr || row->state != State::waiting || line_is_over(command.accepted_at))
    return "rejected not_waiting";
  const int given_back = row->quantity - wish.quantity.value_or(row->quantity);
  if (given_back < 0) return "rejected limit_reached";
  row->quantity -= given_back;
  if (wish.remainder) {
    row->accept_fewer = wish.remainder;
  } else if (wish.accept_fewer == true) {
    row->accept_fewer = row->accept_fewer.value_or(Remainder::keep);
  } else if (wish.accept_fewer == false) {
    row->accept_fewer.reset();
  }
  settle(command.accepted_at);
  return given_back > 0 ? "shrunk " + std::to_string(given_back) : "updated";
}

std::string Model::update_event(const Command& command, const domain::EventChanges& changes) {
  if (command.user != event_.owner) return "rejected not_event_owner";
  if (event_.deleted) return "rejected event_cancelled";
  auto& pool = event_.pools.front();
  if (changes.total_tickets && event_.pools.size() > 1) return "rejected event_has_pools";
  if (changes.total_tickets && *changes.total_tickets - pool.held_back < taken(pool.id))
    return "rejected capacity_below_confirmed";
  if (changes.ends_at.value_or(event_.ends_at) <= changes.starts_at.value_or(event_.starts_at))
    return "rejected ends_before_start";
  event_.starts_at = changes.starts_at.value_or(event_.starts_at);
  event_.ends_at = changes.ends_at.value_or(event_.ends_at);
  event_.max_per_user = changes.rules.max_per_user.value_or(event_.max_per_user);
  event_.max_per_booking = changes.rules.max_per_booking.value_or(event_.max_per_booking);
  event_.max_skips = changes.rules.max_skips.value_or(event_.max_skips);
  event_.saving_stops_hours = changes.rules.saving_stops_hours.value_or(event_.saving_stops_hours);
  event_.hold_minutes = changes.rules.hold_minutes.value_or(event_.hold_minutes);
  event_.offer_minutes = changes.rules.offer_minutes.value_or(event_.offer_minutes);
  event_.offer_stops_minutes = changes.rules.offer_stops_minutes.value_or(event_.offer_stops_minutes);
  event_.confirmed_by = changes.rules.confirmed_by.value_or(event_.confirmed_by);
  event_.line_closes = changes.rules.line_closes.value_or(event_.line_closes);
  if (event_.hold_minutes > 0 || event_.offer_minutes > 0 || event_.line_closes == domain::LineCloses::start)
    need_edition(3);
  if (changes.rules.sales) {
    event_.sales_start = changes.rules.sales->start;
    event_.sales_end = changes.rules.sales->end;
  }
  if (event_.sales_start || event_.sales_end) need_edition(4);
  if (changes.total_tickets) {
    set_seats(pool, *changes.total_tickets, pool.held_back);
    if (!line_is_over(command.accepted_at)) end_misfits(pool);
  }
  settle(command.accepted_at);
  return "updated";
}

std::string Model::delete_event(const Command& command) {
  if (command.user != event_.owner) return "rejected not_event_owner";
  if (event_.deleted) return "rejected event_cancelled";
  event_.deleted = true;
  for (auto& pool : event_.pools) pool.growing_to.reset();
  if (is_over(command.accepted_at)) {
    close_line(command.accepted_at);
    return "deleted";  // and its guests were there
  }
  for (auto& pool : event_.pools) pool.held_back = 0;
  for (auto& row : rows_) row.state = State::gone;
  return "deleted";
}

std::string Model::settle_due(Time now) {
  end_overdue(now);
  for (auto& pool : event_.pools) {
    if (pool.growing_to) set_seats(pool, *pool.growing_to, pool.held_back);
    if (!line_is_over(now)) end_misfits(pool);
  }
  settle(now);
  return "";
}

std::string Model::carry_out(const Command& command) {
  followed_.clear();
  return std::visit(Overloaded{
                        [&](const domain::Book& wish) { return book(command, wish); },
                        [&](const domain::Cancel& wish) { return cancel(command, wish); },
                        [&](const domain::UpdateEvent& wish) { return update_event(command, wish.changes); },
                        [&](const domain::DeleteEvent&) { return delete_event(command); },
                        [&](const domain::UpdateBooking& wish) { return update_booking(command, wish); },
                        [&](const domain::Confirm& wish) { return confirm(command, wish); },
                        [&](const domain::SetPool& wish) { return set_pool(command, wish); },
                        [&](const domain::SetTicketType& wish) { return set_type(command, wish); },
                        [&](const domain::Settle&) { return settle_due(command.accepted_at); },
                    },
                    command.action);
}

}  // namespace ticketd::sim
