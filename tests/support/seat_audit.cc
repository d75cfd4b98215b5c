#include "support/seat_audit.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "support/stack_database.h"

namespace ticketd::e2e {
namespace {

std::int64_t in_state(const EventSeats& event, const std::string& state) {
  return static_cast<std::int64_t>(users_in_state(event, state).size());
}

std::string counters_fault(const EventSeats& event) {
  const auto confirmed = in_state(event, "confirmed"), waiting = in_state(event, "waitlisted");
  if (confirmed > event.total_tickets) return "oversold: " + std::to_string(confirmed) + " seats are taken";
  if (event.available_tickets != event.total_tickets - confirmed) return "available_tickets is not what is left";
  if (event.waiting_list_count != waiting) return "waiting_list_count is not the number of those who wait";
  if (event.available_tickets > 0 && waiting > 0) return "a seat is idle while someone waits";
  return {};
}

std::string limit_fault(const EventSeats& event) {
  std::map<std::string, std::int64_t> live;
  for (const auto& seat : event.seats) {
    if (seat.state != "cancelled" && ++live[seat.user_id] > event.max_per_user) return seat.user_id + " has too many";
  }
  return {};
}

// Whoever waits came after everyone who holds a seat, or somebody jumped the line.
std::string line_fault(const EventSeats& event) {
  std::int64_t last_confirmed = std::numeric_limits<std::int64_t>::min();
  std::set<std::int64_t> seen;
  for (const auto& seat : event.seats) {
    if (!seen.insert(seat.seq).second) return "two bookings have the same seq";
    if (seat.state == "confirmed") last_confirmed = std::max(last_confirmed, seat.seq);
  }
  for (const auto& seat : event.seats) {
    if (seat.state == "waitlisted" && seat.seq < last_confirmed) return seat.user_id + " was overtaken";
  }
  return {};
}

}  // namespace

EventSeats seats_of(const std::string& event_id) {
  EventSeats event;
  const auto row =
      query("SELECT total_tickets, available_tickets, waiting_list_count, max_per_user FROM events WHERE id = $1::uuid",
            event_id);
  event.total_tickets = row[0][0].as<std::int64_t>();
  event.available_tickets = row[0][1].as<std::int64_t>();
  event.waiting_list_count = row[0][2].as<std::int64_t>();
  event.max_per_user = row[0][3].as<std::int64_t>();
  const auto seats =
      query("SELECT user_id, state, seq FROM bookings WHERE event_id = $1::uuid AND state <> 'rejected' ORDER BY seq",
            event_id);
  for (const auto& seat : seats) {
    event.seats.push_back({seat[0].as<std::string>(), seat[1].as<std::string>(), seat[2].as<std::int64_t>()});
  }
  return event;
}

std::vector<std::string> users_in_state(const EventSeats& event, const std::string& state) {
  std::vector<std::string> users;
  for (const auto& seat : event.seats) {
    if (seat.state == state) users.push_back(seat.user_id);
  }
  return users;
}

std::string broken_rule(const EventSeats& event) {
  for (const auto& rule : {counters_fault, limit_fault, line_fault}) {
    if (auto fault = rule(event); !fault.empty()) return fault;
  }
  return {};
}

std::string order_fault(const EventSeats& event, const std::vector<std::string>& accepted_users) {
  if (event.seats.size() != accepted_users.size()) {
    return std::to_string(event.seats.size()) + " bookings for " + std::to_string(accepted_users.size()) + " accepted";
  }
  for (std::size_t i = 0; i < accepted_users.size(); ++i) {
    if (event.seats[i].user_id != accepted_users[i]) return "number " + std::to_string(i + 1) + " is somebody else";
  }
  return {};
}

std::string overtaking(const EventSeats& event, const std::vector<Attempt>& attempts) {
  std::map<std::string, std::int64_t> place;
  for (const auto& seat : event.seats) place[seat.user_id] = seat.seq;
  for (const auto& first : attempts) {
    for (const auto& second : attempts) {
      if (first.answered < second.sent && place[first.user_id] > place[second.user_id]) {
        return second.user_id + " overtook " + first.user_id;
      }
    }
  }
  return {};
}

}  // namespace ticketd::e2e
