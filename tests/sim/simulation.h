// Runs a schedule through the real rules, on tables in memory, beside the reference model, and compares after every
// commit.
#pragma once
#include <string>

#include "sim/schedule.h"

namespace ticketd::sim {

// What went wrong first; empty if nothing did.
std::string run(const Schedule& schedule);

// The same failure with as few steps as leaving out one after the other can reach.
Schedule shrink(Schedule schedule);

}  // namespace ticketd::sim
