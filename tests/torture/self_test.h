// The audit, seen to fail: each kind of damage is planted in what a good round left behind, and the audit has to name
// it. Damage to tables is done in a transaction that is rolled back.
#pragma once
#include <string>
#include <vector>

#include "round.h"

namespace ticketd::torture {

struct Trial {
  std::string name;
  std::string rule;  // that has to be named
  bool found = false;
};

std::vector<Trial> try_the_audit(const Report& good);

// The same with a round in which time runs, whose clocks are right.
std::vector<Trial> try_the_audit_of_time(const Report& good);

// Two bookings that were accepted one after the other change places in the log, of which one got seats and one did not:
// is it noticed? False as well where there are no such two.
bool found_in_another_order(const Report& good);

}  // namespace ticketd::torture
