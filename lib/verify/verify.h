// Recounts everything against the rules: seats, lines, limits, and that every command, booking and notification has its
// counterpart.
//
// It may run at any time, next to the workers: it takes no lock that anybody waits for, and reads one snapshot
// (REPEATABLE READ, READ ONLY), so that counters and rows are of the same moment. One set-wise statement a check; the
// largest sorts and hashes go to files rather than memory. 1 million events with 5 million bookings took 1 minute 40 on
// two cores that were busy with other things. While the snapshot lasts VACUUM keeps what it sees, which is why this is
// an operator's tool and no permanent watch.
//
// What it cannot check: an order among bookings that have gone again, and a limit per user that was lowered (it binds
// new bookings alone). A command and its notification share no id; they are matched by user, time of acceptance, kind
// and booking. That never accuses wrongly, for both are written with the same values and never change, but two equal
// commands of one user in the same millisecond could share a notification unseen. Whoever starts to delete old
// commands or notifications has to bound these checks to what is kept.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "postgres/database.h"

namespace ticketd::verify {

struct BrokenRule {
  struct Example {
    std::string id;      // of the event, booking, command or entry that is off
    std::string detail;  // what is off
  };
  std::string rule;  // its short name
  std::string says;  // what the rule is broken by
  std::int64_t count = 0;
  std::vector<Example> examples;  // in the order of their ids, at most kExamplesMax
};
constexpr int kExamplesMax = 20;

// The names of all rules, in the order of their checks.
std::vector<std::string> rule_names();

// Runs all checks in the caller's transaction: the snapshot is the caller's affair. Throws what libpqxx throws.
std::vector<BrokenRule> broken_rules(pqxx::transaction_base& tx);

struct Verification {
  std::int64_t events = 0;
  std::int64_t bookings = 0;
  std::int64_t commands = 0;
  std::int64_t notifications = 0;
  std::vector<BrokenRule> broken;
};

// The same in a snapshot of its own, with a count of what was looked at. `connection` should have no statement
// time-out.
Verification recount(pqxx::connection& connection);

}  // namespace ticketd::verify
