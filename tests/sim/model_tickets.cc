// The model's tickets: which numbers a booking has, which of them a cancel gives back, and who was admitted.
#include "sim/model.h"

namespace ticketd::sim {

using domain::TicketNumbers;
using State = Model::Row::State;

namespace {

// The highest of them, or all if they are no more than that.
TicketNumbers highest(const TicketNumbers& tickets, int most) {
  TicketNumbers highest;
  for (std::size_t n = tickets.size() - 1; n > 0; --n) {
    if (tickets[n] && most-- > 0) highest.set(n);
  }
  return highest;
}

int count(const TicketNumbers& tickets) { return static_cast<int>(tickets.count()); }

}  // namespace

TicketNumbers Model::tickets_of(const Row& row) {
  TicketNumbers tickets;
  for (std::size_t n = 1; n < tickets.size() && count(tickets) < row.quantity; ++n) {
    if (!row.given_back[n]) tickets.set(n);
  }
  return tickets;
}

bool Model::admit(BookingId with, int number) {
  for (auto& row : rows_) {
    if (row.id != with || row.state != State::confirmed || !tickets_of(row)[static_cast<std::size_t>(number)]) continue;
    row.admitted.set(static_cast<std::size_t>(number));
    return true;
  }
  return false;
}

// One that waits has no numbers yet: it gets them with its seats, and begins with 1 whatever it gave back before.
void Model::give_back(Row& row, const TicketNumbers& tickets) {
  row.quantity -= count(tickets);
  if (row.state != State::waiting) row.given_back |= tickets;
}

std::string Model::cancel(const domain::Command& command, const domain::Cancel& wish) {
  auto* row = live(command.user, wish.booking);
  if (row == nullptr) return "nothing_to_cancel";
  const auto all = tickets_of(*row);
  auto tickets = all;
  if (wish.tickets) {
    tickets = all & *wish.tickets;
    if (tickets.none()) return "nothing_to_cancel";
  } else if (wish.quantity && *wish.quantity < row->quantity) {
    tickets = highest(all & ~row->admitted, *wish.quantity);
    if (count(tickets) < *wish.quantity) return "rejected ticket_admitted";
  }
  if ((tickets & row->admitted).any()) return "rejected ticket_admitted";
  if (tickets == all) {
    row->state = State::gone;
  } else {
    give_back(*row, tickets);
  }
  settle(command.accepted_at);
  return tickets == all ? "cancelled" : "shrunk " + std::to_string(count(tickets));
}

// The highest go first. With a held booking nobody was admitted.
void Model::shrink(Row& row, int quantity) { give_back(row, highest(tickets_of(row), row.quantity - quantity)); }

}  // namespace ticketd::sim
