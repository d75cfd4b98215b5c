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
using Faults = std::vector<std::pair<std::string, Fault>>;
Faults all_faults();
// A worker's clock steps forward or back, and returns.
Faults clock_faults();
// The same, workers that stand still for longer than they may, and those of the others that make workers begin anew.
Faults time_faults();

// Of the messenger, of the mail server, and between the two.
Faults mail_faults();

// A worker stops with what it has read, or in the midst of a transaction, until another one has its shards. Nothing
// happens if none comes by within a second, or one stands still already.
Remedy freeze_worker_at_work(Lab& lab, Chance& chance);

// Notes of the lab on workers that stood still.
constexpr const char* kLeaseLost = "frozen for longer than a lease: lost it";
constexpr const char* kLeaseKept = "frozen for longer than a lease: kept it";

const std::vector<std::string>& crash_points();

}  // namespace ticketd::torture
