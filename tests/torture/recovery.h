// How long people wait for an outcome after something died: measured, and held against what was promised.
#pragma once
#include <string>
#include <vector>

#include "lab.h"

namespace ticketd::torture {

struct Recovery {
  std::string what;
  double took_s = 0;
  double limit_s = 0;
  [[nodiscard]] bool met() const { return took_s <= limit_s; }
};

std::vector<Recovery> measure_recoveries(Lab& lab);

}  // namespace ticketd::torture
