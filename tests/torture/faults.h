// What breaks, when, and when it is well again: all drawn from the seed.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "fault_kinds.h"

namespace ticketd::torture {

// Something that broke, by the system clock, as the outcomes' times are.
struct Strike {
  std::string kind;
  std::chrono::system_clock::time_point at;    // when it broke
  std::chrono::system_clock::time_point well;  // when its cause was gone
};

// Breaks things for `length`, in the ways of `faults`, one after the other and several at a time. Everything that has a
// time to last is put right in the end, or else Lab::heal() does it.
std::vector<Strike> break_things(Lab& lab, Chance& chance, std::chrono::milliseconds length, const Faults& faults);

// What goes wrong with time: at first a worker stands still for longer than its lease, while the clock of another is
// wrong. Then for `length` whatever time_faults() has.
std::vector<Strike> bend_time(Lab& lab, Chance& chance, std::chrono::milliseconds length);

// Arms crash points and waits until the process that was hit is back, at most 10 s. Says whether all of them went off.
bool crash_at(Lab& lab, const std::vector<std::string>& points);

}  // namespace ticketd::torture
