// How what was decided differs from what the reference model says.
#pragma once
#include <string>

#include "sim/model.h"
#include "sim/tables.h"

namespace ticketd::sim {

// How a command ended, in the words of Model::carry_out, or what followed from it, in those of Model::followed. Empty
// where the model has no word for it.
std::string text_of(const domain::Fact& fact);

// The first difference between the two: counters, and all bookings in their order; empty if there is none.
std::string difference(const Tables& tables, const Model& model);

}  // namespace ticketd::sim
