// The rules of a fair sale as pure functions over what the tables say, so that wrong outcomes can be planted in front
// of them: nothing oversold, no seat idle while someone waits, nobody ahead of those who came first.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace ticketd::e2e {

struct Seat {
  std::string user_id;
  std::string state;     // confirmed, waitlisted or cancelled; rejected ones have no seat
  std::int64_t seq = 0;  // order of acceptance within the event
};

struct EventSeats {
  std::int64_t total_tickets = 0;
  std::int64_t available_tickets = 0;
  std::int64_t waiting_list_count = 0;
  std::int64_t max_per_user = 1;
  std::vector<Seat> seats = {};  // by seq
};

// As PostgreSQL has them now.
EventSeats seats_of(const std::string& event_id);

std::vector<std::string> users_in_state(const EventSeats& event, const std::string& state);

// The first rule that is broken, in words; empty where all hold. Not for deleted events.
std::string broken_rule(const EventSeats& event);

// The people in order of seq against the order in which their bookings were accepted; empty where they are the same.
std::string order_fault(const EventSeats& event, const std::vector<std::string>& accepted_users);

// A booking as its client saw it.
struct Attempt {
  std::string user_id;
  std::chrono::steady_clock::time_point sent;
  std::chrono::steady_clock::time_point answered;
};

// Someone who was answered before another had even sent, and yet stands behind them; empty where there is none.
std::string overtaking(const EventSeats& event, const std::vector<Attempt>& attempts);

}  // namespace ticketd::e2e
