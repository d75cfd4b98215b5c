// A round: clients at work, something that breaks meanwhile, then quiet, and the audit.
#pragma once
#include <functional>

#include "audit.h"
#include "clients.h"
#include "faults.h"
#include "lab.h"

namespace ticketd::torture {

struct Figures {
  std::int64_t accepted = 0;  // commands, by the log of Redis
  std::int64_t calls = 0;
  std::int64_t attempts = 0;
  std::int64_t redelivered = 0;
  std::int64_t take_overs = 0;
  std::int64_t promotions = 0;
  std::int64_t deaths = 0;        // by crash points
  double longest_recovery_s = 0;  // from when nothing was broken any more to the next outcome
  std::string slowest;            // what had been broken last then
  double longest_wait_s = 0;      // of a command, from 202 to outcome, whatever was broken meanwhile
  std::map<std::string, int> strikes;
  std::map<std::string, int> met;  // what faults really did, and what the audit came across
  std::size_t violations = 0;

  void add(const Figures& other);
};

// An event to be made.
struct ShowPlan {
  int tickets;
  int max_per_user;
  int hold_minutes = 0;
  int offer_minutes = 0;
  bool is_confirmed_by_owner = false;
  int balcony = 0;  // so many seats of these are a pool of their own, and both pools have two ticket types
};

struct Plan {
  std::uint64_t seed = 1;
  int workers = 2;
  int clients = 24;
  int people = 200;
  int think_ms = 60;
  bool deletes = true;
  int rate = 1;  // so many times as fast runs time: then seats are held for a minute, and people wait for its end
  std::vector<ShowPlan> shows = {};  // empty: small ones and large ones, of all kinds
  // Runs while the clients are at work; when it returns they stop. May be empty.
  std::function<std::vector<Strike>(Lab&, Clients&, Chance&)> trouble = {};
};

struct Report {
  History history;
  Evidence evidence;
  Findings findings;
  Figures figures;
  std::vector<Strike> strikes;
};

// Throws std::runtime_error where the stack does not come back.
Report run_round(Lab& lab, const Plan& plan);

// To a file, for the reader of a finding: what broke and what was called, by the system clock.
void write_history(const Report& report, const std::string& path);

}  // namespace ticketd::torture
