// The ways in which things break.
#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "clients.h"
#include "lab.h"

namespace ticketd::torture {

// What puts it right, and after how long; without it, it puts itself right.
struct Remedy {
  std::chrono::milliseconds after{0};
  std::function<void()> apply = {};
};

using Fault = std::function<Remedy(Lab&, Chance&)>;

// Each with its name.
std::vector<std::pair<std::string, Fault>> all_faults();

const std::vector<std::string>& crash_points();

}  // namespace ticketd::torture
