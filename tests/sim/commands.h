// What the steps of a schedule say, as commands: numbered people and bookings, and the dates of the event.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "domain/command.h"
#include "sim/schedule.h"

namespace ticketd::sim {

// The dates that the event has first. Seats are saved until an hour of the day before.
constexpr int kSavingStops = 24;
constexpr Time kStart{std::chrono::hours(100)};
constexpr Time kEnd = kStart + std::chrono::hours(2);

UserId person(int n);
// 0: of an event that was made without.
PoolId pool(int n);
TicketTypeId type(int n);
// From the first start on.
std::optional<Time> minute(std::optional<int> n);

class Commands {
 public:
  // The n-th command. A booking that it makes can be named from then on.
  domain::Command make(const Step& step, int n);
  // Some booking that was asked for, maybe rejected since; one that nobody asked for if there is none.
  [[nodiscard]] BookingId one_of(const Step& step) const;

 private:
  domain::Action action_of(const Step& step, int n);
  domain::Book book(const Step& step, int n);

  std::vector<std::pair<UserId, BookingId>> booked_;
};

}  // namespace ticketd::sim
