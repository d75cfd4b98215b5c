// What a round's commands came across: the moments for which its events hold and save seats. They are counted, so that
// a round that never met them is seen to prove nothing.
#pragma once
#include <set>
#include <string>
#include <vector>

#include "sim/model.h"

namespace ticketd::torture {

// "yes to held seats", "yes to expired seats", the same with "no", "cut while seats are held", "cut while seats are
// saved": what of these the command is, before `model` has carried it out. `expired`: bookings, by their ids.
std::vector<std::string> encounters_of(const domain::Command& command, const sim::Model& model,
                                       const std::set<std::string>& expired);

}  // namespace ticketd::torture
