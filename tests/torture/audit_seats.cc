#include <algorithm>
#include <limits>

#include "audit.h"

namespace ticketd::torture {
namespace {

using Rows = std::vector<const BookingRow*>;

int in_state(const Rows& bookings, const std::string& state) {
  return static_cast<int>(std::count_if(bookings.begin(), bookings.end(), [&](auto* b) { return b->state == state; }));
}

int tickets_in_state(const Rows& bookings, const std::string& state) {
  int tickets = 0;
  for (const auto* booking : bookings) tickets += booking->state == state ? booking->quantity : 0;
  return tickets;
}

void audit_counters(const EventRow& event, const Rows& bookings, Findings& findings) {
  const int confirmed = tickets_in_state(bookings, "confirmed"), waiting = in_state(bookings, "waitlisted");
  if (confirmed > event.total_tickets - event.held_back)
    findings.add("oversold", event.id + ": " + std::to_string(confirmed) + " of " +
                                 std::to_string(event.total_tickets) + ", " + std::to_string(event.held_back) +
                                 " of them held back");
  if (event.available_tickets != event.total_tickets - event.held_back - confirmed ||
      event.waiting_list_count != waiting || event.waiting_more != tickets_in_state(bookings, "waitlisted") - waiting)
    findings.add("counters", event.id + ": " + std::to_string(event.available_tickets) + " available and " +
                                 std::to_string(event.waiting_list_count) + " waiting, but " +
                                 std::to_string(confirmed) + " of " + std::to_string(event.total_tickets) +
                                 " are taken and " + std::to_string(waiting) + " wait");
  // Whom groups leave waiting, and for how long, is for audit_replay() to say.
  if (confirmed < event.total_tickets && waiting > 0 && event.edition == 1)
    findings.add("idle_seat", event.id + ": " + std::to_string(waiting) + " wait");
}

void audit_line(const Rows& bookings, Findings& findings) {
  std::int64_t last_seat = std::numeric_limits<std::int64_t>::min();
  for (const auto* booking : bookings) {
    if (booking->state == "confirmed") last_seat = std::max(last_seat, booking->seq);
  }
  for (const auto* booking : bookings) {
    if (booking->state == "waitlisted" && booking->seq < last_seat)
      findings.add("overtaken", booking->id + " waits while a later one has a seat");
  }
}

void audit_limit(const EventRow& event, const Rows& bookings, Findings& findings) {
  std::map<std::string, int> live;
  for (const auto* booking : bookings) {
    const bool is_live = booking->state == "confirmed" || booking->state == "waitlisted";
    if (is_live) live[booking->user] += booking->quantity;
  }
  for (const auto& [user, tickets] : live) {
    if (tickets > event.max_per_user) findings.add("over_limit", user + " at " + event.id);
  }
}

}  // namespace

void audit_seats(const Evidence& evidence, Findings& findings) {
  std::map<std::string, Rows> bookings;
  for (const auto& booking : evidence.bookings) bookings[booking.event].push_back(&booking);
  for (const auto& event : evidence.events) {
    audit_counters(event, bookings[event.id], findings);
    if (event.edition == 1) audit_line(bookings[event.id], findings);
    audit_limit(event, bookings[event.id], findings);
  }
}

}  // namespace ticketd::torture
